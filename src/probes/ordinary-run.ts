import type { Container, ContainerProcess } from "../engine/engine.ts";
import type { ImageConfig } from "../model/types.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { calm } from "./support/calm.ts";
import { becomesHealthy, NeverHealthy } from "./support/health.ts";
import { leakedInLog, watchedSecrets } from "./support/leaks.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { business } from "../kit/machine.ts";
import { askForRefusals } from "./support/refused-requests.ts";
import { startPatience } from "./support/patience.ts";
import type { Visit } from "./support/routes.ts";
import { startService } from "./support/service.ts";
import { stay, STAYS_MS } from "./support/stay.ts";
import { stopIdle, stopSignal, type Stopped } from "./support/stop.ts";
import { poll, within } from "./support/time.ts";
import { visitAll } from "./support/writable-run.ts";

/** One ordinary life of the service: start, some requests, a look at it, some seconds of rest, and a stop with nothing in flight. */
export interface OrdinaryRun {
  readonly healthyMs: number;
  readonly visits: readonly Visit[];
  /** What it was asked for that no service has, or takes. */
  readonly refusals?: readonly Visit[];
  readonly processes: readonly ContainerProcess[];
  /** Python writes each line at once: PYTHONUNBUFFERED is set, or `-u` given. */
  readonly unbuffered: boolean;
  /** Lines that were there one second after the first good answer at the latest. */
  readonly linesWhenHealthy: LineCount;
  readonly linesBeforeStop: LineCount;
  readonly linesAtEnd: LineCount;
  /** Files that look like logs and came or grew in the container, not on its streams. */
  readonly logFiles: readonly string[];
  readonly stop: Stopped;
  /** What ran beside it. */
  readonly sidecars?: readonly string[];
  /** What it names there and nobody started. */
  readonly notStarted?: readonly string[];
  /** Secret variables whose value could be recognised in the log, and those whose value is there. */
  readonly watched?: readonly string[];
  readonly leaked?: readonly string[];
  readonly log: readonly LoggedLine[];
}

interface LineCount {
  readonly stdout: number;
  readonly stderr: number;
}

const PROMPT_MS = 1000;

export const ordinaryRun: Probe<OrdinaryRun> = {
  id: "ordinary-run",
  title: "Run the image, use it, leave it alone, and stop it with nothing in flight",
  runs: "beside-others",
  waits: true,
  leads: true,
  version: 11,
  async collect(context) {
    const { contract } = context;
    const graceMs = contract.signals.graceSeconds * 1000;
    const limitMs = 3 * startPatience(contract) + STAYS_MS + graceMs * 4 + 60_000;
    const signal = within(context.signal, limitMs, "The ordinary run");
    await using container = await startService(context);
    const used = useService(container, context, signal);
    context.shared.writableRun ??= used.then(({ usual }) => usual);
    // Whoever shares it meets the reason of its own.
    context.shared.writableRun.catch(() => {});
    used.then(
      () => context.idles?.(),
      () => {},
    );
    // The short proof does not ask whether it stays up, and a task is to end.
    const stayed =
      context.quick === true || contract.kind === "task"
        ? undefined
        : used.then(({ healthyAt }) => stay(container, contract, healthyAt, signal));
    stayed?.catch(() => {});
    if (stayed !== undefined) context.shared.stayed ??= stayed;
    const before = (stayed ?? used).then(async () => count(await container.logs()));
    const logFiles = before.then(() => logFilesOf(container, context));
    logFiles.catch(() => {}); // Whoever stops it is told.
    const stopping = before.then(async () => {
      const stop = async (one: Container) => {
        await Promise.all([calm(one, signal), logFiles]);
        return await stopIdle(one, stopSignal(contract), graceMs, signal);
      };
      if ((await stayed)?.exit === undefined) return await stop(container);
      // Of one that ended by itself, another start shows how it is stopped.
      await using another = await startService(context);
      await becomesHealthy(another, contract, signal);
      return await stop(another);
    });
    context.shared.endsWhenIdle = stopping.then(
      // Late on a busy machine tells nothing of the service.
      ({ exit, milliseconds, busy }) => exit !== undefined && (busy || milliseconds <= graceMs),
      () => true, // Nothing is known: others try for themselves.
    );
    const { usual, leakedAtStart, healthyAt: _, ...seen } = await used;
    const linesBeforeStop = await before;
    const stop = await stopping;
    const lines = await container.logs();
    const beside = {
      sidecars: context.beside?.sidecars.map(({ name }) => name) ?? [],
      notStarted: context.beside?.notStarted ?? [],
    };
    return {
      ...seen,
      ...beside,
      visits: usual.visits,
      linesBeforeStop,
      linesAtEnd: count(lines),
      logFiles: await logFiles,
      stop,
      watched: watchedSecrets(contract).map(({ name }) => name),
      leaked: [...new Set([...leakedAtStart, ...(await leakedInLog(container, contract))])],
      log: logTail(lines),
    };
  },
};

/** All that is done and seen before it is left alone. */
async function useService(container: Container, context: ProbeContext, signal: AbortSignal) {
  const { contract } = context;
  const { milliseconds: healthyMs } = await becomesHealthy(container, contract, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof NeverHealthy) context.shared.unhealthy = error.message;
    throw error;
  });
  const healthyAt = performance.now();
  context.rests?.();
  const linesWhenHealthy = await firstLines(container, signal);
  // A flood that follows pushes these lines out of what the engine keeps.
  const leakedAtStart = await leakedInLog(container, contract);
  const usual = await visitAll(container, context, signal);
  const refusals = await askForRefusals(container, context, signal);
  // What has ended has none any more.
  const processes = contract.kind === "task" ? [] : await container.processes();
  return {
    healthyMs,
    healthyAt,
    usual,
    refusals,
    processes: processes.slice(0, 50).map(({ pid, uid, argv }) => ({ pid, uid, argv: argv.slice(0, 500) })),
    unbuffered: isUnbuffered(context.image.config.env, processes),
    linesWhenHealthy,
    leakedAtStart,
  };
}

/** Once it was used and left alone: a look at all files costs the engine work, and some write their first line late. */
export async function logFilesOf(
  container: Pick<Container, "changes" | "writtenBelow">,
  { image }: { readonly image: { readonly config: Pick<ImageConfig, "volumes"> } },
): Promise<readonly string[]> {
  const changes = await container.changes();
  const changed = changes.filter(({ kind, path }) => kind !== "deleted" && isLogFile(path)).map(({ path }) => path);
  const files: string[] = [];
  for (const path of changed.slice(0, MOST_LOOKS)) if (await isWritten(container, path)) files.push(path);
  const inVolumes = (await writtenInVolumes(container, image.config)).filter((path) => isLogFile(path));
  return [...files, ...inVolumes].slice(0, 20);
}

const MOST_LOOKS = 50;

/** A link to a stream that a script makes at the start, a folder and a file that only got another owner are no log. */
const isWritten = async (container: Pick<Container, "writtenBelow">, path: string): Promise<boolean> =>
  (await container.writtenBelow(path, Infinity)).includes(path);

const MOST_BYTES = 64_000_000;

/** What was written into the volumes that the image declares: the engine's difference does not have it. */
async function writtenInVolumes(
  container: Pick<Container, "writtenBelow">,
  { volumes }: Pick<ImageConfig, "volumes">,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const volume of volumes) paths.push(...(await container.writtenBelow(volume, MOST_BYTES)));
  return paths;
}

/** Waits for the first line, at most as long as a prompt service needs on a machine that is as busy as this one. */
async function firstLines(container: Container, signal: AbortSignal): Promise<LineCount> {
  const some = await poll(
    async () => {
      const lines = await container.logs();
      return lines.length > 0 ? count(lines) : undefined;
    },
    { everyMs: 100, limitMs: PROMPT_MS * business(), signal },
  );
  return some ?? { stdout: 0, stderr: 0 };
}

const count = (lines: readonly { readonly stream: string }[]): LineCount => ({
  stdout: lines.filter(({ stream }) => stream === "stdout").length,
  stderr: lines.filter(({ stream }) => stream === "stderr").length,
});

function isUnbuffered(env: readonly string[], processes: readonly ContainerProcess[]): boolean {
  return env.some((entry) => /^PYTHONUNBUFFERED=./.test(entry)) || processes.some(({ argv }) => / -u( |$)/.test(argv));
}

/** The journal of an embedded database (LevelDB, RocksDB), and git's record of where its branches were. */
const NO_LOGS = /\/\d{6}\.log$|\/\.git\//;

/** Files by whose name or folder one sees that they are logs; what the package managers wrote is no concern here. */
export function isLogFile(path: string): boolean {
  return (
    /\.log(\.[\d-]+)?$|(^|[/_.-])logs?\.txt$|\/logs?\/[^/]+$/.test(path) &&
    !/\/(site|dist)-packages\//.test(path) &&
    !NO_LOGS.test(path)
  );
}
