import type { Probe, ProbeContext } from "./probe.ts";
import { firstHealthy } from "./support/health.ts";
import { type HookedRun, hookedRun, runWithHook } from "./support/hooked-run.ts";
import type { LoggedLine } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import type { Visit } from "./support/routes.ts";
import { requiredEnv, startService } from "./support/service.ts";
import { within } from "./support/time.ts";
import { harmlessValue, type Suspect, suspectsAtStart, suspectsInUse } from "./support/unknown-env.ts";

/** Which variables the running service looks for, and which of them it cannot do without although nobody gave them. */
export interface Environment {
  /** Why nothing was noted; undefined when the hook ran. */
  readonly blind: string | undefined;
  /** Names that the code asked for one by one, and names of settings classes. */
  readonly read: readonly string[];
  /** It needed them, as starts with and without each showed. */
  readonly needed: readonly NeededVariable[];
  /** It lacked some of these, and nothing is proven about which: with harmless values for all of them it was still not
   * healthy, or without any single one of them it was. */
  readonly suspected: readonly string[];
  readonly healthy: boolean;
  readonly problem: string;
  readonly log: readonly LoggedLine[];
}

export interface NeededVariable extends Suspect {
  readonly without: string;
}

const MOST_ROUNDS = 4;
/** Variables that get a start of their own. */
const MOST_PROOFS = 6;
const MOST_NAMES = 200;

export const environment: Probe<Environment> = {
  id: "environment",
  title: "Note from inside which variables the service reads, and start it with and without those that nobody gave",
  runs: "beside-others",
  long: true,
  reworkedOnly: true,
  version: 1,
  async collect(context) {
    const limitMs = startPatience(context.contract);
    const signal = within(
      context.signal,
      (MOST_ROUNDS + MOST_PROOFS + 2) * limitMs + 60_000,
      "Looking for the variables it reads",
    );
    const first = await hookedRun(context, signal);
    const { run, suspects } = await untilHealthy(first, context, signal);
    const problem = run.problem === "" ? first.problem : run.problem;
    const known = { blind: run.blind, read: namesRead(run), healthy: run.healthy, log: first.log };
    if (!run.healthy) return { ...known, problem, needed: [], suspected: suspects.map(({ name }) => name) };
    const atStart = await withoutEach(suspects, first, context, signal);
    const inUse = await neededInUse(run, suspects, context, signal);
    const suspected = atStart.length === 0 ? suspects.map(({ name }) => name) : [];
    return { ...known, problem: "", needed: [...atStart, ...inUse], suspected };
  },
};

/** Gives the service what it looked for and did not find, until it is healthy or looks for nothing new. */
async function untilHealthy(
  first: HookedRun,
  context: ProbeContext,
  signal: AbortSignal,
): Promise<{ readonly run: HookedRun; readonly suspects: readonly Suspect[] }> {
  let run = first;
  let suspects: readonly Suspect[] = [];
  for (let round = 0; round < MOST_ROUNDS && !run.healthy; round += 1) {
    const found = suspectsAtStart(run.records, { contract: context.contract, log: run.log });
    const fresh = found.filter(({ name }) => !suspects.some((one) => one.name === name));
    if (fresh.length === 0) break;
    suspects = [...suspects, ...fresh];
    run = await runWithHook(context, valuesOf(suspects), signal);
  }
  return { run, suspects };
}

const valuesOf = (suspects: readonly Suspect[]): Readonly<Record<string, string>> =>
  Object.fromEntries(suspects.map((suspect) => [suspect.name, harmlessValue(suspect)]));

/** One start without each of them: it is needed when the service is then not healthy. */
async function withoutEach(
  suspects: readonly Suspect[],
  first: HookedRun,
  context: ProbeContext,
  signal: AbortSignal,
): Promise<readonly NeededVariable[]> {
  // Without the only one it was not healthy: that was the first run.
  if (suspects.length === 1) return suspects.map((suspect) => ({ ...suspect, without: endOf(first) }));
  const needed: NeededVariable[] = [];
  for (const suspect of suspects.slice(0, MOST_PROOFS)) {
    const env = { ...requiredEnv(context.contract), ...valuesOf(suspects.filter((one) => one !== suspect)) };
    await using container = await startService(context, { env });
    const health = await firstHealthy(container, context.contract, {
      limitMs: startPatience(context.contract),
      signal,
    });
    if (!health.healthy) needed.push({ ...suspect, without: endOf(health) });
  }
  return needed;
}

const endOf = ({ exit }: Pick<HookedRun, "exit">): string =>
  exit === undefined ? "it gave no good answer" : `it exited with code ${exit.code}`;

const failing = (visits: readonly Visit[]): readonly string[] =>
  visits.filter(({ status }) => status === 0 || status >= 500).map(({ path }) => path);

/** Requests that fail for want of a variable: with a value for it they are answered. */
async function neededInUse(
  { records, usual }: HookedRun,
  given: readonly Suspect[],
  context: ProbeContext,
  signal: AbortSignal,
): Promise<readonly NeededVariable[]> {
  const failed = failing([...(usual?.visits ?? []), ...(usual?.requests ?? [])]);
  const suspects = suspectsInUse(records);
  const needed: NeededVariable[] = [];
  if (failed.length === 0) return needed;
  for (const suspect of suspects.slice(0, MOST_PROOFS)) {
    const { usual: now } = await runWithHook(context, valuesOf([...given, suspect]), signal);
    if (now === undefined) continue;
    const still = new Set(failing([...now.visits, ...now.requests]));
    const mended = failed.filter((path) => !still.has(path));
    if (mended.length > 0) needed.push({ ...suspect, without: `${mended.slice(0, 3).join(", ")} failed` });
  }
  return needed;
}

/** Whoever reads all variables at once asks for each that is there: those are not counted. */
function namesRead({ records: { reads, settings } }: HookedRun): readonly string[] {
  const asked = reads.filter(({ how, present }) => how !== "item" || !present).map(({ name }) => name);
  const ofSettings = settings.flatMap(({ names: [name] }) => name ?? []);
  return [...new Set([...ofSettings, ...asked])].toSorted().slice(0, MOST_NAMES);
}
