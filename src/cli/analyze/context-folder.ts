import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { flagValue } from "../../dockerfile/arguments.ts";
import { parseDockerfile } from "../../dockerfile/parse.ts";

/** Larger than any Dockerfile that says where its context is. */
const MAX_BYTES = 1_000_000;

/**
 * The folder that a Dockerfile is built from, where no service begins in it or above it: of its own and those above, as
 * far as the repository goes, the one that holds most of what it copies; its own in doubt.
 */
export function contextFolder(file: string): string {
  const own = dirname(file);
  const copied = copiedIn(file);
  let [best, most] = [own, 0];
  for (let folder = own; copied.length > 0; folder = dirname(folder)) {
    const held = copied.filter((path) => existsSync(join(folder, path))).length;
    if (held > most) [best, most] = [folder, held];
    if (existsSync(join(folder, ".git"))) return best;
    if (folder === dirname(folder)) break;
  }
  return own;
}

/** Paths that COPY and ADD name one by one; none for what cannot be read. */
function copiedIn(file: string): readonly string[] {
  try {
    const facts = statSync(file);
    if (!facts.isFile() || facts.size > MAX_BYTES) return [];
    return parseDockerfile(file, readFileSync(file, "utf8"))
      .stages.flatMap(({ instructions }) => instructions)
      .filter((one) => /^(?:COPY|ADD)$/.test(one.keyword) && flagValue(one, "from") === undefined)
      .flatMap(({ words }) => words.slice(0, -1))
      .filter((word) => /^[\w@./-]+$/.test(word) && !/^\.{0,2}\/*$/.test(word));
  } catch {
    return [];
  }
}
