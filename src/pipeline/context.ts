import { promises } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { UserError } from "../kit/errors.ts";
import { writeWhole } from "../kit/files.ts";
import type { RenderedFile } from "../model/types.ts";

/**
 * Writes a build context that holds the tracked files of the service and nothing else, as a fresh clone would.
 * Building from the working folder has shipped images that nobody else could build: a git-ignored lock file was there
 * on one laptop only.
 * @param files Tracked files, relative to `root`. One that was deleted in the working folder is left out.
 * @param overlay Rendered files, laid over them.
 */
export async function exportContext(
  root: string,
  files: readonly string[],
  target: string,
  overlay: readonly RenderedFile[],
): Promise<void> {
  await promises.rm(target, { recursive: true, force: true });
  await promises.mkdir(target, { recursive: true });
  for (const file of files) await copyOne(root, file, target);
  for (const file of overlay) {
    if (file.mode === "block") continue; // A Makefile block is for people, not for the image.
    await writeWhole(inside(target, file.path), file.content, file.executable ? 0o755 : 0o644);
  }
}

async function copyOne(root: string, file: string, target: string): Promise<void> {
  const from = join(root, file);
  const to = inside(target, file);
  const facts = await promises.lstat(from).catch(() => undefined);
  if (facts === undefined) return;
  await promises.mkdir(dirname(to), { recursive: true });
  if (facts.isSymbolicLink()) await promises.symlink(await promises.readlink(from), to);
  else if (facts.isFile()) {
    await promises.copyFile(from, to);
    await promises.chmod(to, facts.mode & 0o111 ? 0o755 : 0o644); // What git keeps of a mode, so that a umask does not change the layers.
  }
}

/** @throws UserError `context/outside` for a path that leaves the folder. */
export function inside(folder: string, path: string): string {
  const whole = resolve(folder, path);
  if (whole !== resolve(folder) && !whole.startsWith(resolve(folder) + sep))
    throw new UserError("context/outside", `${path} lies outside ${folder}`, { hint: "Use a path inside the folder." });
  return whole;
}
