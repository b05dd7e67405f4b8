import type { Contract } from "../model/types.ts";
import type { Probe } from "./probe.ts";
import { type HookedRun, hookedRun, runWithHook } from "./support/hooked-run.ts";
import { watchedSecrets } from "./support/leaks.ts";
import { type LoggedLine, names } from "./support/logs.ts";
import { MOST_IN_USE, neededInUse, type NeededVariable } from "./support/needed-in-use.ts";
import { MOST_STARTS, type Needed, neededOf, type Start } from "./support/needed-set.ts";
import { startPatience } from "./support/patience.ts";
import { within } from "./support/time.ts";
import { harmlessValue, type Suspect, suspectsAtStart } from "./support/unknown-env.ts";

/** Which variables the running service looks for, and which of them it cannot do without although nobody gave them. */
export interface Environment {
  /** Why nothing was noted; undefined when the hook ran. */
  readonly blind: string | undefined;
  /** Names that the code asked for one by one, and names of settings classes. */
  readonly read: readonly string[];
  /** It needed them, as starts with and without each showed: healthy with it, and not without it. */
  readonly needed: readonly NeededVariable[];
  /** It may need some of these, and nothing is proven about which: with harmless values for all of them it was still not
   * healthy, or without any single one of them it was, or there were too many for a start without each. */
  readonly suspected: readonly string[];
  readonly healthy: boolean;
  readonly problem: string;
  /** How often it was started, with other variables each time. */
  readonly starts?: number;
  /** Secret variables whose value could be recognised in a log, and those whose value stands in one of these. */
  readonly watched?: readonly string[];
  readonly leaked?: readonly string[];
  readonly log: readonly LoggedLine[];
}

const MOST_ROUNDS = 4;
const MOST_NAMES = 200;

export const environment: Probe<Environment> = {
  id: "environment",
  title: "Note from inside which variables the service reads, and start it with and without those that nobody gave",
  runs: "beside-others",
  long: true,
  reworkedOnly: true,
  version: 4,
  async collect(context) {
    const limitMs = startPatience(context.contract);
    const signal = within(
      context.signal,
      (1 + MOST_ROUNDS + MOST_STARTS + MOST_IN_USE + 1) * limitMs + 60_000,
      "Looking for the variables it reads",
    );
    const runs: HookedRun[] = [await hookedRun(context, signal)];
    const starts: Starts = async (values) => {
      const run = await runWithHook(context, values, signal);
      runs.push(run);
      return run;
    };
    const found = await lookFor(runs[0] as HookedRun, context.contract, starts);
    return {
      ...found,
      starts: runs.length,
      watched: watchedSecrets(context.contract).map(({ name }) => name),
      leaked: [...new Set(runs.flatMap(({ leaked }) => leaked))],
    };
  },
};

/** Starts it with these variables besides those of the contract. */
type Starts = (values: Readonly<Record<string, string>>) => Promise<HookedRun>;

async function lookFor(
  first: HookedRun,
  contract: Contract,
  start: Starts,
): Promise<Omit<Environment, "starts" | "watched" | "leaked">> {
  const { run, suspects } = await untilHealthy(first, contract, start);
  const problem = run.problem === "" ? first.problem : run.problem;
  const known = { blind: run.blind, read: namesRead(run), healthy: run.healthy, log: first.log };
  if (!run.healthy) return { ...known, problem, needed: [], suspected: suspects.map(({ name }) => name) };
  const atStart = await withoutEach(suspects, first, start);
  const inUse = await neededInUse(run, (more) => start(valuesOf([...suspects, ...more])));
  const needed = [...atStart.needed.map(({ one, end }) => ({ ...one, without: end })), ...inUse.needed];
  return { ...known, problem: "", needed, suspected: [...atStart.open, ...inUse.open].map(({ name }) => name) };
}

/** Gives the service what it looked for and did not find, until it is healthy or looks for nothing new. */
async function untilHealthy(
  first: HookedRun,
  contract: Contract,
  start: Starts,
): Promise<{ readonly run: HookedRun; readonly suspects: readonly Suspect[] }> {
  let run = first;
  let suspects: readonly Suspect[] = [];
  for (let round = 0; round < MOST_ROUNDS && !run.healthy; round += 1) {
    const found = suspectsAtStart(run.records, { contract, log: run.log });
    const fresh = found.filter(({ name }) => !suspects.some((one) => one.name === name));
    if (fresh.length === 0) break;
    suspects = [...suspects, ...fresh];
    run = await start(valuesOf(suspects));
  }
  return { run, suspects };
}

const valuesOf = (suspects: readonly Suspect[]): Readonly<Record<string, string>> =>
  Object.fromEntries(suspects.map((suspect) => [suspect.name, harmlessValue(suspect)]));

/** Starts without some of them, in the same conditions as the one that was healthy with all. */
function withoutEach(suspects: readonly Suspect[], first: HookedRun, start: Starts): Promise<Needed<Suspect>> {
  return neededOf(suspects, startIn(first), async (left) => {
    const values = valuesOf(suspects.filter((one) => !left.includes(one)));
    return startIn(await start(values));
  });
}

const startIn = (run: HookedRun): Start => ({
  healthy: run.healthy,
  end: endOf(run),
  names: (name) => names(run.log.map(({ text }) => text).join("\n"), name),
});

const endOf = ({ exit }: Pick<HookedRun, "exit">): string =>
  exit === undefined ? "it gave no good answer" : `it exited with code ${exit.code}`;

/** Whoever reads all variables at once asks for each that is there: those are not counted. */
function namesRead({ records: { reads, settings } }: HookedRun): readonly string[] {
  const asked = reads.filter(({ how, present }) => how !== "item" || !present).map(({ name }) => name);
  const ofSettings = settings.flatMap(({ names: [name] }) => name ?? []);
  return [...new Set([...ofSettings, ...asked])].toSorted().slice(0, MOST_NAMES);
}
