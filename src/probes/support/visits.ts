import type { Visit } from "./routes.ts";

/**
 * Requests that were answered worse than usual, each with both answers: `/items (200 → 500)`. One path may be asked
 * several times, with other queries, headers or bodies: each is compared with the same one before.
 */
export function worseVisits(usual: readonly Visit[], now: readonly Visit[]): readonly string[] {
  const before = new Map<string, number[]>();
  for (const { path, status } of usual) before.set(path, [...(before.get(path) ?? []), status]);
  return now.flatMap((visit) => {
    const { path, status } = visit;
    const was = before.get(path)?.shift();
    return isWorse(visit, was) ? [`${path} (${was} → ${status === 0 ? "no answer" : status})`] : [];
  });
}

/** A request that fails where everything is allowed too proves nothing under stricter rules. */
function isWorse({ path, status }: Visit, usual: number | undefined): boolean {
  if (usual === undefined || usual === 0 || usual >= 500) return false;
  // Something that was made once cannot always be made again: there only a failure tells.
  if (/^(?:POST|PUT|PATCH|DELETE) /.test(path)) return status === 0 || status >= 500;
  // What an earlier run put into a sidecar is found by a later one.
  if (status >= 200 && status < 300) return false;
  return status === 0 || Math.floor(status / 100) !== Math.floor(usual / 100);
}
