import { createTwoFilesPatch } from "diff";
import type { RenderedFile } from "../model/types.ts";
import { readOwnFile } from "../project/own-file.ts";
import { inside } from "./context.ts";

/** A unified diff from the folder as it is to the folder with the files in it; says so when nothing would change. */
export async function differenceOf(folder: string, files: readonly RenderedFile[]): Promise<string> {
  const parts: string[] = [];
  for (const { path, content } of files) {
    inside(folder, path);
    const old = await readOwnFile(folder, path);
    if (old === content) continue;
    parts.push(createTwoFilesPatch(old === undefined ? "/dev/null" : `a/${path}`, `b/${path}`, old ?? "", content));
  }
  return parts.length === 0 ? "No change needed." : parts.join("\n");
}
