import type { Decision, Finding } from "../model/types.ts";

/** Findings that a decision promised to resolve and that the rendered Dockerfile still has: a bug of ours. */
export function brokenPromises(decisions: readonly Decision[], findings: readonly Finding[]): readonly string[] {
  const promised = new Map(decisions.flatMap(({ id, resolves }) => resolves.map((rule) => [rule, id] as const)));
  return findings
    .filter(({ rule }) => promised.has(rule))
    .map(({ rule, message }) => `decision \`${promised.get(rule)}\` left \`${rule}\``);
}
