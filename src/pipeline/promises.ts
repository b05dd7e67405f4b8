import type { Decision, Finding, Pin } from "../model/types.ts";

/** No registry answered, so no digest could be written: that is a gap in the evidence, not a broken promise. */
const NEEDS_DIGEST: ReadonlySet<string> = new Set([
  "base-not-digest-pinned",
  "base-floating-tag",
  "helper-image-floating",
]);

/** Findings that a decision promised to resolve and that the rendered Dockerfile still has: a bug of ours. */
export function brokenPromises(
  decisions: readonly Decision[],
  findings: readonly Finding[],
  pins: readonly Pin[],
): readonly string[] {
  const unpinned = pins.some(({ digest }) => digest === undefined);
  const promised = new Map(decisions.flatMap(({ id, resolves }) => resolves.map((rule) => [rule, id] as const)));
  return findings
    .filter(({ rule }) => promised.has(rule) && !(unpinned && NEEDS_DIGEST.has(rule)))
    .map(({ rule }) => `decision \`${promised.get(rule)}\` left \`${rule}\``);
}
