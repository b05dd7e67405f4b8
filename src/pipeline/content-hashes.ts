import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "./session.ts";

/** sha256 of every tracked file, whatever it holds, with what git keeps of its mode: what a build or an analysis depends on. */
export const contentHashes = ({ tree, folder }: Session): Readonly<Record<string, string>> =>
  Object.fromEntries(tree.files.map((file) => [file, hashOfFile(join(folder, file))]));

/** A file that was deleted or cannot be read has a hash of its own: it is not in the build either. */
function hashOfFile(path: string): string {
  try {
    const facts = lstatSync(path);
    if (facts.isSymbolicLink()) return `link ${readlinkSync(path)}`;
    if (!facts.isFile()) return "no file";
    const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
    return facts.mode & 0o111 ? `${hash} executable` : hash;
  } catch {
    return "nothing";
  }
}
