import { isDistinctive, secretsIn } from "../kit/redact.ts";
import type { Dockerfile } from "../model/types.ts";
import { allInstructions } from "./parse.ts";

const known = new WeakMap<Dockerfile, readonly string[]>();

/**
 * The secrets that a Dockerfile holds, as values: to be hidden wherever they are quoted, also on a line of its own that
 * continues another and no longer shows whose value it is.
 */
export function secretsOf(dockerfile: Dockerfile): readonly string[] {
  const before = known.get(dockerfile);
  if (before !== undefined) return before;
  const found = allInstructions(dockerfile).flatMap(({ keyword, args, heredocs }) => [
    ...secretsIn(`${keyword} ${args}`),
    ...heredocs.flatMap(({ content }) => secretsIn(content)),
  ]);
  const secrets = [...new Set(found)].filter(isDistinctive).toSorted((a, b) => b.length - a.length);
  known.set(dockerfile, secrets);
  return secrets;
}
