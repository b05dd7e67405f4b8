import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../kit/files.ts";
import { median } from "../kit/units.ts";
import type { Build, BuildSide, CheckResult, ImageSize, Layer, OverallVerdict, Report, Side } from "../model/types.ts";
import type { Reporter } from "../reporters/reporter.ts";

/** The figures of one side that scripts rely on. */
export function sideOf(
  label: Side["label"],
  parts: {
    readonly dockerfile: string | undefined;
    readonly findings: Side["findings"];
    readonly build: BuildSide | undefined;
    readonly size: { readonly layers: readonly Layer[] } | undefined;
    readonly checks: readonly CheckResult[];
  },
): Side {
  return {
    label,
    dockerfile: parts.dockerfile,
    findings: parts.findings,
    image: sizeOf(parts.build, parts.size?.layers),
    builds: buildFigures(parts.build?.builds ?? []),
    buildSide: parts.build,
    checks: parts.checks,
    figures: {},
  };
}

function sizeOf(build: BuildSide | undefined, layers: readonly Layer[] | undefined): ImageSize | undefined {
  if (build?.image === undefined || layers === undefined) return undefined;
  const contents = layers.map(({ contentBytes }) => contentBytes);
  return {
    tag: build.image.tag,
    id: build.image.id,
    bytes: layers.reduce((sum, { bytes }) => sum + bytes, 0),
    contentBytes: contents.every((bytes) => bytes !== undefined)
      ? contents.reduce((sum, bytes) => sum + bytes, 0)
      : undefined,
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

/** One sentence for the whole run: only the reworked image's checks decide. */
export function verdictOf(checks: readonly CheckResult[], brokenPromises: readonly string[]): OverallVerdict {
  const count = (status: CheckResult["status"]) => checks.filter((check) => check.status === status).length;
  const failed = checks.filter(({ status }) => status === "fail");
  const unproven = checks.filter(({ status }) => status === "unproven");
  if (brokenPromises.length > 0)
    return { status: "fail", sentence: `The rework does not keep its promise: ${brokenPromises.join("; ")}.` };
  if (failed.length > 0)
    return { status: "fail", sentence: `${failed.length} of ${checks.length} checks fail: ${names(failed)}.` };
  if (unproven.length > 0 || checks.length === 0)
    return {
      status: "unproven",
      sentence: `${unproven.length} of ${checks.length} checks are unproven: ${names(unproven)}.`,
    };
  const apart = count("not-applicable");
  return {
    status: "pass",
    sentence: `All ${count("pass")} checks pass on the reworked image${apart === 0 ? "" : `; ${apart} do not apply`}.`,
  };
}

const names = (some: readonly CheckResult[]): string => some.map(({ title }) => title).join("; ");

/** Renders the report in every format into the run directory and returns the files. */
export async function writeReports(
  report: Report,
  directory: string,
  reporters: readonly Reporter[],
): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true });
  const files: string[] = [];
  for (const reporter of reporters) {
    const file = join(directory, reporter.file);
    await writeWhole(file, await reporter.render(report));
    files.push(file);
  }
  return files;
}
