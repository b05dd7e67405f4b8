import { once } from "../kit/once.ts";
import { isDistinctive, secretsIn } from "../kit/redact.ts";
import type { Dockerfile } from "../model/types.ts";
import { allInstructions } from "./parse.ts";

/**
 * The secrets that a Dockerfile holds, as values: to be hidden wherever they are quoted, also on a line of its own that
 * continues another and no longer shows whose value it is.
 */
export const secretsOf: (dockerfile: Dockerfile) => readonly string[] = once((dockerfile) => {
  const found = allInstructions(dockerfile).flatMap(({ keyword, args, heredocs }) => [
    ...secretsIn(`${keyword} ${args}`),
    ...heredocs.flatMap(({ content }) => secretsIn(content)),
  ]);
  return [...new Set(found)].filter(isDistinctive).toSorted((a, b) => b.length - a.length);
});
