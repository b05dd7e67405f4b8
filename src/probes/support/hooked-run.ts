import type { Container, Exit } from "../../engine/engine.ts";
import type { ProbeContext, WritableRun } from "../probe.ts";
import { firstHealthy, whyUnhealthy } from "./health.ts";
import { type HookRecords, readRecords } from "./hook-records.ts";
import { HOOK } from "./hook-script.ts";
import { INJECTED, injected, SEEN } from "./inject.ts";
import { leakedInLog } from "./leaks.ts";
import { type LoggedLine, logTail } from "./logs.ts";
import { startPatience } from "./patience.ts";
import { requiredEnv, startService } from "./service.ts";
import { visitAll } from "./writable-run.ts";

/** One life of the image where it may write everywhere, with notes from inside about what it writes and reads. */
export interface HookedRun {
  readonly records: HookRecords;
  /** Why nothing was noted; undefined when the hook ran. */
  readonly blind: string | undefined;
  readonly healthy: boolean;
  readonly problem: string;
  readonly exit: Exit | undefined;
  /** Undefined when it never became healthy. */
  readonly usual: WritableRun | undefined;
  readonly changes: readonly Change[];
  /** Secret variables whose value stands in its whole log. */
  readonly leaked: readonly string[];
  readonly log: readonly LoggedLine[];
}

export interface Change {
  readonly path: string;
  readonly kind: "added" | "changed" | "deleted";
}

const MOST_BYTES = 8_000_000;
const MOST_CHANGES = 2000;

/** The run that every probe that asks shares. */
export function hookedRun(context: ProbeContext, signal: AbortSignal): Promise<HookedRun> {
  context.shared.hookedRun ??= runWithHook(context, {}, signal);
  return context.shared.hookedRun;
}

/** @param values Variables that it gets besides those of the contract. */
export async function runWithHook(
  context: ProbeContext,
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HookedRun> {
  const { contract, image, evidenceDirectory } = context;
  const added = await injected(
    image,
    { directory: evidenceDirectory, name: "hook", script: HOOK },
    { ...requiredEnv(contract), ...values },
  );
  await using container = await startService(context, added);
  const health = await firstHealthy(container, contract, { limitMs: startPatience(contract), signal });
  const early = await container.filesBelow(SEEN, MOST_BYTES);
  // What runs is asked while it runs.
  const running =
    health.healthy && contract.kind !== "task" ? (await container.processes()).map(({ argv }) => argv) : [];
  const usual = health.healthy ? await visitAll(container, context, signal) : undefined;
  const records = readRecords(await container.filesBelow(SEEN, MOST_BYTES), early);
  const lines = await container.logs();
  const log = logTail(lines);
  return {
    records,
    blind: records.started === undefined ? whyBlind(running) : withoutAudits(records),
    healthy: health.healthy,
    problem: whyUnhealthy(health, log),
    exit: health.healthy ? undefined : health.exit,
    usual,
    changes: await changesOf(container),
    leaked: await leakedInLog(container, contract),
    log,
  };
}

async function changesOf(container: Container): Promise<readonly Change[]> {
  const changes = await container.changes();
  return changes.filter(({ path }) => !isOurs(path)).slice(0, MOST_CHANGES);
}

/** The folder that was added, what the kernel shows as files, and bytecode that Python would like to keep. */
const isOurs = (path: string): boolean =>
  `${path}/`.startsWith(`${INJECTED}/`) ||
  /^\/(?:dev|proc|sys)(?:\/|$)/.test(path) ||
  /\/__pycache__(?:\/|$)/.test(path);

const withoutAudits = ({ started }: HookRecords): string | undefined =>
  started?.audits === false ? `Python ${started.python} has no audit hooks; 3.8 is the first that has.` : undefined;

/** @param running Command lines of the service's processes. */
export function whyBlind(running: readonly string[]): string {
  const pythons = running.filter((argv) => /^\S*python[\d.]*(?:\s|$)/.test(argv));
  const isolated = pythons.map((argv) => /^\S+(?:\s+-\w+)*?\s+(-\w*[IES]\w*)(?:\s|$)/.exec(argv)?.[1]).find(Boolean);
  if (isolated !== undefined)
    return `Python is started with ${isolated}, so it loads nothing that is added from outside.`;
  if (pythons.length > 0) return "Python did not load the file that was added through PYTHONPATH.";
  const [first] = running;
  return first === undefined
    ? "No Python of it loaded the file that was added through PYTHONPATH."
    : `No Python runs in it: process 1 is \`${first.slice(0, 80)}\`.`;
}
