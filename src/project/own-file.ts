import { existsSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { UserError } from "../kit/errors.ts";
import { readText } from "../kit/files.ts";
import { topOf } from "./git-index.ts";

/**
 * The text of a file that the team keeps in the service's folder, or undefined when there is none. A link is followed as
 * far as the repository goes, so that several services can share one file; outside a repository, as far as the folder.
 * @throws UserError `files/outside` for a link that leads further, and what `readText` throws.
 */
export async function readOwnFile(folder: string, name: string): Promise<string | undefined> {
  const file = join(folder, name);
  if (leadsAway(folder, file))
    throw new UserError("files/outside", `${name} leads out of the repository and is not read`, {
      hint: "Put the file itself there.",
      where: { file: name },
    });
  return readText(file);
}

/** A link, or a file in a folder that is one, to something outside the repository that holds `folder`. */
export function leadsAway(folder: string, file: string): boolean {
  // A link that leads nowhere is as good as no file.
  if (!existsSync(file)) return false;
  const real = realpathSync.native(file);
  if (real === file) return false;
  const own = realpathSync.native(folder);
  const top = topOf(own) ?? own;
  return !real.startsWith(top.endsWith(sep) ? top : top + sep);
}
