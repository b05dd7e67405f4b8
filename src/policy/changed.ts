import type { Dockerfile, Finding, Place } from "../model/types.ts";
import type { Changes } from "../project/git-changes.ts";

/**
 * The findings that a change is answerable for: one of the lines it points to, or that it names beside, was added or
 * changed. What has no place is about the Dockerfile, so any change of it counts.
 */
export function onChanged(
  findings: readonly Finding[],
  { files }: Changes,
  {
    dockerfile,
    read,
  }: { readonly dockerfile: Dockerfile | undefined; readonly read: (path: string) => string | undefined },
): readonly Finding[] {
  const touches = (place: Place): boolean => {
    const changed = files.get(place.file);
    if (changed === undefined || changed === "whole") return changed === "whole";
    const last = lastLine(place, read);
    return changed.some(({ from, to }) => from <= last && place.line <= to);
  };
  return findings.filter(({ where, related = [] }) =>
    where === undefined
      ? dockerfile !== undefined && files.has(dockerfile.path)
      : touches(where) || related.some(touches),
  );
}

function lastLine({ file, line, range }: Place, read: (path: string) => string | undefined): number {
  if (range === undefined) return line;
  return line + ((read(file) ?? "").slice(range.start, range.end).match(/\n/g)?.length ?? 0);
}
