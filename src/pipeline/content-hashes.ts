import { hashOf } from "./run-directory.ts";
import type { Session } from "./session.ts";

/** sha256 of every tracked file: what a build or an analysis depends on. */
export const contentHashes = ({ tree }: Session): Readonly<Record<string, string>> =>
  Object.fromEntries(tree.files.map((file) => [file, hashOf(tree.read(file) ?? null)]));
