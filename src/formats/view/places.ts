import { posix } from "node:path";
import type { Place } from "../../model/types.ts";
import type { Judged } from "../format.ts";

/** A file of a service as seen from where the command runs: what continuous integration needs to find it. */
export const shownPath = ({ folder }: Pick<Judged, "folder">, file: string): string => {
  // What lies above the folder is named from where the command runs, too.
  if (file.startsWith("../")) return posix.join(folder, file);
  return folder === "" ? file : `${folder}/${file}`;
};

/** Where a finding without a place of its own is shown: at the top of the Dockerfile. */
export const placeOf = ({ dockerfile }: Judged, where: Place | undefined): Place =>
  where ?? { file: dockerfile?.path ?? "Dockerfile", line: 1 };

/** `folder/Dockerfile`, or the folder when there is no Dockerfile. */
export const nameOf = (judged: Judged): string =>
  judged.dockerfile === undefined ? judged.folder || "." : shownPath(judged, judged.dockerfile.path);

/** The place with the line and column where it ends, counted from 1; the text says where lines end. */
export interface Region {
  readonly startLine: number;
  readonly startColumn?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

export function regionOf({ line, column, range }: Place, text: string | undefined): Region {
  if (range === undefined || text === undefined || range.end > text.length)
    return { startLine: line, ...(column === undefined ? {} : { startColumn: column }) };
  return regionOfRange(text, range.start, range.end);
}

export function regionOfRange(text: string, start: number, end: number): Required<Region> {
  const [startLine, startColumn] = positionOf(text, start);
  const [endLine, endColumn] = positionOf(text, end);
  return { startLine, startColumn, endLine, endColumn };
}

function positionOf(text: string, offset: number): readonly [line: number, column: number] {
  let line = 1;
  let from = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", from)) {
    line += 1;
    from = at + 1;
  }
  return [line, offset - from + 1];
}
