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

/** What one life was asked, and answered. */
export interface Answers {
  readonly visits: readonly Visit[];
  readonly again?: readonly Visit[];
  readonly requests: readonly Visit[];
}

/** All that was answered worse than usual, the first time or the second. */
export const worseAnswers = (usual: Answers, now: Answers): readonly string[] => [
  ...worseVisits([...usual.visits, ...usual.requests], [...now.visits, ...now.requests]),
  ...worseAgain(usual, now),
];

/** The same of what was answered when it was asked a second time. */
export const worseAgain = (
  { again: usual = [] }: { readonly again?: readonly Visit[] },
  { again: now = [] }: { readonly again?: readonly Visit[] },
): readonly string[] => worseVisits(usual, now).map((told) => told.replace(/\)$/, ", asked again)"));

/** A request that fails where everything is allowed too proves nothing under stricter rules. */
function isWorse({ path, status }: Visit, usual: number | undefined): boolean {
  if (usual === undefined || usual === 0 || usual >= 500) return false;
  // Something that was made once cannot always be made again: there only a failure tells.
  if (/^(?:POST|PUT|PATCH|DELETE) /.test(path)) return status === 0 || status >= 500;
  // What an earlier run put into a sidecar is found by a later one.
  if (status >= 200 && status < 300) return false;
  return status === 0 || Math.floor(status / 100) !== Math.floor(usual / 100);
}

/** How many requests were answered in both runs, and what is to be said of those that prove nothing, in words. */
export function comparedVisits(
  usual: readonly Visit[],
  now: readonly Visit[],
): { readonly answered: number; readonly said: string; readonly left: readonly string[] } {
  const failing = (visits: readonly Visit[]) => visits.filter(({ status }) => status === 0 || status >= 500);
  const always = new Set(failing(usual).map(({ path }) => path));
  const useless = failing(now).filter(({ path }) => always.has(path));
  if (useless.length === 0) return { answered: now.length, said: "", left: [] };
  const statuses = [...new Set(useless.map(({ status }) => (status === 0 ? "nothing" : String(status))))];
  const paths = useless.slice(0, 3).map(({ path }) => path);
  const more = useless.length > paths.length ? ` and ${useless.length - paths.length} more` : "";
  const one = useless.length === 1;
  return {
    answered: now.length - useless.length,
    said: `; ${useless.length} ${one ? "answers" : "answer"} ${statuses.join(" or ")} on both (${paths.join(", ")}${more}) and ${one ? "proves" : "prove"} nothing`,
    left: [`${paths.join(", ")}${more} on a read-only root, which ${one ? "fails" : "fail"} on a writable one too`],
  };
}
