import { formatBytes, formatMilliseconds, medianDeviation } from "../../kit/units.ts";
import type { Measurement, Report, Side, Unit } from "../../model/types.ts";
import { hiddenBytes, isPython, unsharedBytes } from "./packages.ts";

/** One line of the before/after table. For every figure here, less is better. */
export interface FigureRow {
  readonly id: string;
  readonly label: string;
  readonly unit: Unit;
  /** How it was taken, in a few words. */
  readonly how: string;
  readonly before: Figure | undefined;
  readonly after: Figure | undefined;
}

export interface Figure {
  readonly value: number;
  /** What `value` is the median of. */
  readonly samples: readonly number[];
}

type Builds = "cold" | "warm" | "sourceEdit" | "lockEdit";
const BUILDS: ReadonlyArray<readonly [Builds, string, string]> = [
  ["cold", "Build, cold", "no cached layer, empty cache mounts"],
  ["warm", "Build, warm", "nothing changed"],
  ["sourceEdit", "Build after a source edit", "one source file changed"],
  ["lockEdit", "Build after a lock edit", "the lock file changed"],
];

/** The figures of both sides, in the order a reader asks for them. Rows that neither side has are left out. */
export function figureRows(report: Report): readonly FigureRow[] {
  const { before, after } = report;
  const row = (
    words: Pick<FigureRow, "id" | "label" | "unit" | "how">,
    read: (side: Side) => Figure | undefined,
  ): FigureRow => ({
    ...words,
    before: read(before),
    after: read(after),
  });
  const rows = [
    row({ id: "bytes", label: "Size, unpacked", unit: "bytes", how: "the files of all layers" }, ({ image }) =>
      single(image?.bytes),
    ),
    row({ id: "content-bytes", label: "Size, to pull", unit: "bytes", how: pullBasis(report) }, ({ image }) =>
      single(image?.contentBytes),
    ),
    row(
      { id: "unshared-bytes", label: "Size, not shared", unit: "bytes", how: "layers that the other image has not" },
      (side) => single(unsharedBytes(side, side === before ? after : before)),
    ),
    row(
      { id: "hidden-bytes", label: "Size, wasted", unit: "bytes", how: "files that a later layer hides" },
      ({ contents }) => single(contents && hiddenBytes(contents.waste)),
    ),
    row({ id: "layers", label: "Layers", unit: "count", how: "in the image" }, ({ image }) =>
      single(image?.layers.length),
    ),
    row({ id: "packages", label: "System packages", unit: "count", how: "of the operating system" }, ({ contents }) =>
      single(contents?.packages.filter((one) => !isPython(one)).length),
    ),
    row({ id: "distributions", label: "Python packages", unit: "count", how: "installed" }, ({ contents }) =>
      single(contents?.packages.filter(isPython).length),
    ),
    ...BUILDS.map(([kind, label, how]) =>
      row({ id: `build-${kind}`, label, unit: "ms", how }, ({ builds }) =>
        single(builds[kind], builds.samples?.[kind]),
      ),
    ),
    ...measuredRows(report),
    row(
      { id: "findings", label: "Findings", unit: "count", how: "what the rules say about the files" },
      ({ findings }) => single(findings.length),
    ),
  ];
  return rows.filter((candidate) => candidate.before !== undefined || candidate.after !== undefined);
}

function pullBasis({ before, after }: Report): string {
  const estimated = [before, after].some(({ image }) => image?.contentEstimated === true);
  return estimated ? "all layers compressed, estimated from samples" : "all layers compressed";
}

/** What the checks measured and gave a name, one row each. */
function measuredRows(report: Report): readonly FigureRow[] {
  const found = new Map<string, { label: string; measured: Measurement }>();
  const isTimed = [report.after, report.before].some(({ figures }) => figures["stopIdle"] !== undefined);
  for (const side of [report.after, report.before]) {
    for (const [id, measured] of Object.entries(side.figures)) found.set(id, { label: wordsOf(id), measured });
    for (const { id, measured } of side.checks)
      if (measured?.name !== undefined && !found.has(id) && !(isTimed && id === "stops-when-idle"))
        found.set(id, { label: measured.name, measured });
  }
  const read = (side: Side, id: string) => side.figures[id] ?? side.checks.find((check) => check.id === id)?.measured;
  const startUpFirst = [...found].toSorted(
    ([, a], [, b]) => Number(b.label === START_UP) - Number(a.label === START_UP),
  );
  return startUpFirst.map(([id, { label, measured }]) => ({
    id,
    label,
    unit: measured.unit,
    how: measured.how,
    before: read(report.before, id),
    after: read(report.after, id),
  }));
}

const START_UP = "Start-up";

const FIGURES: Readonly<Record<string, string>> = {
  stopIdle: "Stop, idle",
  testPassPercent: "Own tests that pass",
  testCoveragePercent: "Own tests' coverage",
  lintFindings: "Own linter's findings",
};

function wordsOf(id: string): string {
  const known = FIGURES[id];
  if (known !== undefined) return known;
  const spaced = id
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll(/[-_]/g, " ")
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function single(value: number | undefined, samples: readonly number[] = []): Figure | undefined {
  return value === undefined ? undefined : { value, samples };
}

export function formatFigure(value: number, unit: Unit): string {
  if (unit === "bytes") return formatBytes(value);
  if (unit === "count") return String(value);
  if (unit === "percent") return `${Number(value.toFixed(1))} %`;
  return formatMilliseconds(unit === "seconds" ? value * 1000 : value);
}

/** `± 40 ms, n = 5`: the median absolute deviation; empty when there is one sample or none. */
export function spreadOf({ samples }: Figure, unit: Unit): string {
  return samples.length < 2 ? "" : `± ${formatFigure(medianDeviation(samples), unit)}, n = ${samples.length}`;
}

/** `−82 %`, `+3 %`, `×2.1`, `same`; empty when a side is missing. */
export function changeOf({ before, after, unit }: FigureRow): string {
  if (before === undefined || after === undefined) return "";
  const difference = after.value - before.value;
  if (difference === 0) return "same";
  const sign = difference < 0 ? "−" : "+";
  if (unit === "count" || before.value === 0) return `${sign}${formatFigure(Math.abs(difference), unit)}`;
  const exact = (Math.abs(difference) / before.value) * 100;
  const percent = Math.round(exact);
  if (percent === 0) return "same";
  // Something is left, so not all of it went.
  if (percent === 100 && after.value > 0 && difference < 0) return `−${Math.min(99.9, Number(exact.toFixed(1)))} %`;
  return percent > 200 && difference > 0 ? `×${(after.value / before.value).toFixed(1)}` : `${sign}${percent} %`;
}

/** Whether the change helps. Differences within the spread of the samples are neither. */
export function directionOf({ before, after }: FigureRow): "better" | "worse" | "neither" {
  if (before === undefined || after === undefined) return "neither";
  const noise = Math.max(...[before, after].map(({ samples }) => (samples.length < 2 ? 0 : medianDeviation(samples))));
  const difference = after.value - before.value;
  if (Math.abs(difference) <= Math.max(noise, before.value * 0.005)) return "neither";
  return difference < 0 ? "better" : "worse";
}
