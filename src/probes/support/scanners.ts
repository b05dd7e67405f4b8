import { UserError } from "../../kit/errors.ts";
import type { run } from "../../kit/exec.ts";

/** One scanner's answer. */
export interface Scan {
  readonly scanner: string;
  readonly version: string;
  /** Why it gave no answer: no database, no access to the image. */
  readonly problem: string | undefined;
  /** How many it names, by severity in small letters. */
  readonly counts: Readonly<Record<string, number>>;
  /** Critical and high ones for which a version without them exists. */
  readonly fixable: readonly Vulnerability[];
}

interface Vulnerability {
  readonly id: string;
  readonly severity: string;
  readonly package: string;
  readonly installed: string;
  readonly fixed: string;
}

export interface Scanner {
  readonly program: string;
  arguments(image: string, engine: "docker" | "podman"): readonly string[];
  /** Reads its JSON. */
  read(output: unknown): readonly Vulnerability[];
}

interface TrivyReport {
  readonly Results?: ReadonlyArray<{
    readonly Vulnerabilities?: ReadonlyArray<{
      readonly VulnerabilityID?: string;
      readonly PkgName?: string;
      readonly InstalledVersion?: string;
      readonly FixedVersion?: string;
      readonly Severity?: string;
    }>;
  }>;
}
interface GrypeReport {
  readonly matches?: ReadonlyArray<{
    readonly vulnerability?: {
      readonly id?: string;
      readonly severity?: string;
      readonly fix?: { readonly versions?: readonly string[] };
    };
    readonly artifact?: { readonly name?: string; readonly version?: string };
  }>;
}

const trivy: Scanner = {
  program: "trivy",
  arguments: (image, engine) =>
    `image --quiet --format json --scanners vuln --timeout 4m --image-src ${engine}`.split(" ").concat(image),
  read: (output) =>
    ((output as TrivyReport).Results ?? []).flatMap(({ Vulnerabilities: found = [] }) =>
      found.map((one) => ({
        id: one.VulnerabilityID ?? "",
        severity: (one.Severity ?? "unknown").toLowerCase(),
        package: one.PkgName ?? "",
        installed: one.InstalledVersion ?? "",
        fixed: one.FixedVersion ?? "",
      })),
    ),
};

const grype: Scanner = {
  program: "grype",
  arguments: (image, engine) => ["--quiet", "--output", "json", `${engine}:${image}`],
  read: (output) =>
    ((output as GrypeReport).matches ?? []).map(({ vulnerability = {}, artifact = {} }) => ({
      id: vulnerability.id ?? "",
      severity: (vulnerability.severity ?? "unknown").toLowerCase(),
      package: artifact.name ?? "",
      installed: artifact.version ?? "",
      fixed: vulnerability.fix?.versions?.join(", ") ?? "",
    })),
};

export const SCANNERS: readonly Scanner[] = [trivy, grype];

const LIMIT_MS = 300_000;
/** A report names every vulnerability with its whole story. */
const MOST_BYTES = 200_000_000;
const MOST_NAMED = 100;

interface Facts {
  readonly image: string;
  readonly engine: "docker" | "podman";
  /** How the command line reaches the engine. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly run: typeof run;
}

/** Undefined when the scanner is not installed. */
export async function scanWith(
  scanner: Scanner,
  { image, engine, env, signal, run: start }: Facts,
): Promise<Scan | undefined> {
  const options = { env, signal, timeoutMs: LIMIT_MS, keepBytes: MOST_BYTES };
  try {
    const asked = await start(scanner.program, ["--version"], options);
    const version = /\d+\.\d+[\w.-]*/.exec(asked.stdout)?.[0] ?? "";
    const base = { scanner: scanner.program, version, counts: {}, fixable: [] };
    const { code, stdout, stderr } = await start(scanner.program, scanner.arguments(image, engine), options);
    if (code !== 0) return { ...base, problem: lastLine(stderr) || `It ended with ${code}.` };
    const found = readReport(scanner, stdout);
    if (found === undefined) return { ...base, problem: "What it wrote is no JSON." };
    const counts: Record<string, number> = {};
    for (const { severity } of found) counts[severity] = (counts[severity] ?? 0) + 1;
    const fixable = found.filter(({ severity, fixed }) => /^(critical|high)$/.test(severity) && fixed !== "");
    return { ...base, problem: undefined, counts, fixable: fixable.slice(0, MOST_NAMED) };
  } catch (error) {
    if (error instanceof UserError && error.code === "exec/not-found") return undefined;
    if (error instanceof UserError && error.code === "exec/timeout")
      return { scanner: scanner.program, version: "", problem: error.message, counts: {}, fixable: [] };
    throw error;
  }
}

function readReport(scanner: Scanner, text: string): readonly Vulnerability[] | undefined {
  try {
    return scanner.read(JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";
