import { join } from "node:path";
import { UserError } from "../kit/errors.ts";
import { readText, writeWhole } from "../kit/files.ts";
import { manifests } from "../manifests/index.gen.ts";
import type { Rendered } from "../manifests/manifest.ts";
import type { Report } from "../model/types.ts";

export interface MadeManifest extends Rendered {
  readonly file: string;
}

interface Asked {
  readonly format?: readonly string[] | undefined;
  readonly out?: string | undefined;
  readonly image?: string | undefined;
}

/**
 * What the platforms are given to run the image that a run verified.
 * @throws UserError `manifests/unknown-format`; `manifests/which` where several would go to standard output at once.
 */
export function manifestsOf(report: Report, { format, out, image }: Asked): readonly MadeManifest[] {
  const known = manifests.map(({ id }) => id);
  for (const id of format ?? [])
    if (!known.includes(id))
      throw new UserError("manifests/unknown-format", `There is no manifest for \`${id}\``, {
        hint: `Name one of ${known.join(", ")}.`,
      });
  const asked = manifests.filter(({ id }) => format === undefined || format.length === 0 || format.includes(id));
  if (out === undefined && asked.length > 1)
    throw new UserError("manifests/which", `Standard output takes one manifest, and ${asked.length} were asked for`, {
      hint: `Name one with --format (${known.join(", ")}), or a folder for all of them with --out.`,
    });
  return asked.map((one) => ({ file: one.file, ...one.render(report, { image }) }));
}

/**
 * Writes them into a folder. One that is there with another content stays as it is: somebody may have worked on it.
 * @throws UserError `manifests/file-there` before anything is written.
 */
export async function writeManifests(folder: string, made: readonly MadeManifest[]): Promise<readonly string[]> {
  const files = made.map(({ file, text }) => ({ path: join(folder, file), text }));
  for (const { path, text } of files) {
    const there = await readText(path);
    if (there !== undefined && there !== text)
      throw new UserError("manifests/file-there", `${path} is there with another content`, {
        hint: "Name another folder with --out and compare, or move the file away.",
        where: { file: path },
      });
  }
  for (const { path, text } of files) await writeWhole(path, text);
  return files.map(({ path }) => path);
}
