import type { Visit } from "./routes.ts";

/** Requests that were answered worse than usual, each with both answers: `/items (200 → 500)`. */
export function worseVisits(usual: readonly Visit[], now: readonly Visit[]): readonly string[] {
  const statuses = new Map(usual.map(({ path, status }) => [path, status]));
  return now.flatMap(({ path, status }) =>
    isWorse({ path, status }, statuses.get(path))
      ? [`${path} (${statuses.get(path)} → ${status === 0 ? "no answer" : status})`]
      : [],
  );
}

/** A request that fails where everything is allowed too proves nothing under stricter rules. */
function isWorse({ path, status }: Visit, usual: number | undefined): boolean {
  if (usual === undefined || usual === 0 || usual >= 500) return false;
  // Something that was made once cannot always be made again: there only a failure tells.
  if (/^(?:POST|PUT|PATCH|DELETE) /.test(path)) return status === 0 || status >= 500;
  return status === 0 || Math.floor(status / 100) !== Math.floor(usual / 100);
}
