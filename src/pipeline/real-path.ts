import { promises } from "node:fs";
import { dirname, relative, sep } from "node:path";
import { UserError } from "../kit/errors.ts";
import { inside } from "./context.ts";

/** A place in a folder where a file may be written, and the folders that must be made for it, the outermost first. */
export interface Place {
  readonly file: string;
  readonly missing: readonly string[];
}

/**
 * Follows links: a folder of the tree that leads elsewhere is not written through.
 * @throws UserError `context/outside` for a path that leaves the folder, `apply/not-a-folder` where a file is in the way.
 */
export async function placeIn(folder: string, path: string): Promise<Place> {
  const file = inside(folder, path);
  const missing: string[] = [];
  let parent = dirname(file);
  while ((await kindOf(parent)) === "nothing") {
    missing.unshift(relative(folder, parent));
    parent = dirname(parent);
  }
  if ((await kindOf(parent)) === "file")
    throw new UserError("apply/not-a-folder", `${path} cannot be written: ${relative(folder, parent)} is a file`, {
      hint: "Move that file away, or let seaworthy.yaml name another place.",
      where: { file: relative(folder, parent) },
    });
  const [real, root] = await Promise.all([promises.realpath(parent), promises.realpath(folder)]);
  if (real !== root && !real.startsWith(root + sep))
    throw new UserError("context/outside", `${path} lies outside ${folder}: ${relative(folder, parent)} is a link`, {
      hint: "Use a folder that lies in the service's own.",
    });
  return { file, missing };
}

async function kindOf(path: string): Promise<"folder" | "file" | "nothing"> {
  try {
    return (await promises.stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    // ENOTDIR: something above it is a file, which the walk upwards meets next.
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return "nothing";
    throw error;
  }
}
