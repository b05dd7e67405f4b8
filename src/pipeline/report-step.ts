import { join } from "node:path";
import { makeFolder, writeWhole } from "../kit/files.ts";
import { median } from "../kit/units.ts";
import type {
  Build,
  BuildSide,
  CheckResult,
  Contents,
  ImageSize,
  Layer,
  OverallVerdict,
  Report,
  RequirementResult,
  Side,
  Status,
} from "../model/types.ts";
import type { Reporter } from "../reporters/reporter.ts";

/** The figures of one side that scripts rely on. */
export function sideOf(
  label: Side["label"],
  parts: {
    readonly dockerfile: string | undefined;
    readonly findings: Side["findings"];
    readonly suppressed?: Side["suppressed"];
    readonly build: BuildSide | undefined;
    readonly size: { readonly layers: readonly Layer[]; readonly contents?: Contents } | undefined;
    readonly checks: readonly CheckResult[];
    readonly figures?: Side["figures"];
  },
): Side {
  return {
    label,
    dockerfile: parts.dockerfile,
    findings: parts.findings,
    ...(parts.suppressed === undefined ? {} : { suppressed: parts.suppressed }),
    image: sizeOf(parts.build, parts.size?.layers),
    ...(parts.size?.contents === undefined ? {} : { contents: parts.size.contents }),
    builds: buildFigures(parts.build?.builds ?? []),
    buildSide: parts.build,
    checks: parts.checks,
    figures: parts.figures ?? {},
  };
}

function sizeOf(build: BuildSide | undefined, layers: readonly Layer[] | undefined): ImageSize | undefined {
  if (build?.image === undefined || layers === undefined) return undefined;
  const contents = layers.map(({ contentBytes, estimatedContentBytes }) => contentBytes ?? estimatedContentBytes);
  const estimated = layers.some(({ contentBytes }) => contentBytes === undefined);
  return {
    tag: build.image.tag,
    id: build.image.id,
    bytes: layers.reduce((sum, { bytes }) => sum + bytes, 0),
    contentBytes: contents.every((bytes) => bytes !== undefined)
      ? contents.reduce((sum, bytes) => sum + bytes, 0)
      : undefined,
    ...(estimated ? { contentEstimated: true } : {}),
    layers,
  };
}

const KINDS: Readonly<Record<Exclude<Build["kind"], "touch">, "cold" | "warm" | "sourceEdit" | "lockEdit">> = {
  cold: "cold",
  warm: "warm",
  "source-edit": "sourceEdit",
  "lock-edit": "lockEdit",
};

/** Median milliseconds by kind of build, with the samples they come from. */
function buildFigures(builds: readonly Build[]): Side["builds"] {
  const samples: Record<string, number[]> = {};
  for (const { kind, milliseconds } of builds)
    if (kind !== "touch") (samples[KINDS[kind]] ??= []).push(Math.round(milliseconds));
  const medians = Object.fromEntries(Object.entries(samples).map(([kind, times]) => [kind, Math.round(median(times))]));
  return { ...medians, samples };
}

/** One sentence for the whole run: only the reworked image's checks and the team's requirements decide. */
export function verdictOf(
  checks: readonly CheckResult[],
  brokenPromises: readonly string[],
  requirements: readonly RequirementResult[] = [],
): OverallVerdict {
  if (brokenPromises.length > 0)
    return { status: "fail", sentence: `The rework does not keep its promise: ${brokenPromises.join("; ")}.` };
  const deciding = checks.filter(({ decides }) => decides !== false);
  const apart = checks.filter(({ decides }) => decides === false);
  const below = apart.length === 0 ? [] : [`Fails no run: ${apart.map(inWords).join("; ")}.`];
  const bad = (status: "fail" | "unproven", verb: Verb) => [
    ...told(
      "checks",
      verb,
      withStatus(deciding, status).map(({ title }) => title),
      checks.length,
    ),
    ...told(
      "requirements",
      verb,
      withStatus(requirements, status).map(({ id }) => id),
      requirements.length,
    ),
  ];
  const failing = bad("fail", { one: "fails", many: "fail" });
  if (failing.length > 0) return { status: "fail", sentence: [...failing, ...below].join(" ") };
  const open = bad("unproven", { one: "is unproven", many: "are unproven" });
  const stayed = [stayedUnproven(checks)].filter((text) => text !== "");
  if (open.length > 0)
    return { status: "unproven", sentence: [...open, ...heldUp(deciding), ...below, ...stayed].join(" ") };
  if (checks.length === 0) return { status: "unproven", sentence: "No check ran." };
  const holding = (results: readonly { readonly status: Status }[], one: string, many: string) => {
    const count = (status: Status) => withStatus(results, status).length;
    const [passing, accepted, otherwise] = [count("pass"), count("accepted"), count("not-applicable")];
    const more =
      accepted === 0 ? "" : `; ${accepted} more the team accepts as ${accepted === 1 ? "it is" : "they are"}`;
    const beside = otherwise === 0 ? "" : `; ${otherwise} ${otherwise === 1 ? "does" : "do"} not apply`;
    const undecisive = count("fail") + count("unproven");
    if (undecisive > 0) return `${passing} of ${passing + undecisive} ${many} on the reworked image${more}${beside}.`;
    return `${passing === 1 ? `The one ${one}` : `All ${passing} ${many}`} on the reworked image${more}${beside}.`;
  };
  const sentences = [
    holding(checks, "check passes", "checks pass"),
    ...(requirements.length === 0 ? [] : [holding(requirements, "requirement is met", "requirements are met")]),
    ...below,
    ...stayed,
  ];
  return { status: "pass", sentence: sentences.join(" ") };
}

/** What another run, at another time, may prove: nobody needs to look for a fault in the image. */
function heldUp(checks: readonly CheckResult[]): readonly string[] {
  const open = withStatus(checks, "unproven");
  const late = open.filter(({ busy }) => busy === true);
  if (late.length === 0) return [];
  const which = late.length === open.length ? "" : ` for ${late.map(({ title }) => title).join("; ")}`;
  return [`The machine was too busy${which}: run it again when it has less to do.`];
}

const inWords = ({ title, status, severity = "error" }: CheckResult): string =>
  `${title} (${severity}, ${status === "fail" ? "fails" : "is unproven"})`;

/**
 * What no check could measure although all pass or do not apply, in words; empty when there is nothing. It does not
 * decide: a service whose database nobody started would never be proven, and its team settles that by `sidecars`.
 */
export function stayedUnproven(checks: readonly CheckResult[]): string {
  const parts = [...new Set(checks.flatMap(({ unproven = [] }) => unproven))];
  const more = parts.length > MOST_PARTS ? `; and ${parts.length - MOST_PARTS} more` : "";
  return parts.length === 0 ? "" : `Stays unproven: ${parts.slice(0, MOST_PARTS).join("; ")}${more}.`;
}

const MOST_PARTS = 5;

const withStatus = <R extends { readonly status: Status }>(results: readonly R[], status: Status): readonly R[] =>
  results.filter((result) => result.status === status);

interface Verb {
  readonly one: string;
  readonly many: string;
}

const told = (noun: string, { one, many }: Verb, names: readonly string[], of: number): readonly string[] =>
  names.length === 0
    ? []
    : [`${names.length} of ${of} ${noun} ${names.length === 1 ? one : many}: ${names.join("; ")}.`];

/** Renders the report in every format into the run directory and returns the files. */
export async function writeReports(
  report: Report,
  directory: string,
  reporters: readonly Reporter[],
): Promise<readonly string[]> {
  await makeFolder(directory);
  const files: string[] = [];
  for (const reporter of reporters) {
    const file = join(directory, reporter.file);
    await writeWhole(file, await reporter.render(report));
    files.push(file);
  }
  return files;
}
