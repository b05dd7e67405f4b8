import type { Container } from "../../engine/engine.ts";
import { business } from "../../kit/machine.ts";
import type { ProbeContext, WritableRun } from "../probe.ts";
import { healthPath } from "./ask-health.ts";
import { becomesHealthy } from "./health.ts";
import { GRPC_HEALTH } from "./grpc.ts";
import { logTail } from "./logs.ts";
import { sendRequests } from "./requests.ts";
import { readableRoutes, visit, visitAgain } from "./routes.ts";
import { startService } from "./service.ts";
import { poll } from "./time.ts";
import { spokenBy } from "./wire.ts";
import { servesNobody } from "./works.ts";

/** How a failed write is told. `grep -i read-only` misses the most common ones. */
const COMPLAINTS: readonly RegExp[] = [
  /EROFS|Errno 30|os error 30|Read-only file system/i,
  /No usable temporary directory/i,
  /attempt to write a readonly database|unable to open database file/i,
  /(?:Errno 13|Permission denied)[^\n]*\//i,
];

/** The run on a writable root that others are compared with: the one that another probe has made already, or a new one. */
export function writableRun(context: ProbeContext, signal: AbortSignal): Promise<WritableRun> {
  context.shared.writableRun ??= newWritableRun(context, signal);
  return context.shared.writableRun;
}

async function newWritableRun(context: ProbeContext, signal: AbortSignal): Promise<WritableRun> {
  await using container = await startService(context);
  await becomesHealthy(container, context.contract, signal);
  return await visitAll(container, context, signal);
}

/** Asks the healthy service for everything that can be asked without knowing anything. */
export async function visitAll(
  container: Container,
  { contract, service }: ProbeContext,
  signal: AbortSignal,
): Promise<WritableRun> {
  const paths = await pathsOf(container, { service, contract, signal });
  const visits = await visit(container, contract, paths, signal);
  const again = await visitAgain(container, contract, visits, signal);
  const requests = await sendRequests(container, contract, signal);
  const failed = [...visits, ...again, ...requests].some(({ status }) => status === 0 || status >= 500);
  const lines = failed ? await wholeLog(() => container.logs(), signal) : await container.logs();
  const usage = await container.usage();
  const took = usage === undefined ? {} : { memoryBytes: usage.memoryBytes };
  const seen = { complained: kindsOf(lines), refused: refusedIn(lines), log: logTail(lines) };
  return { paths, visits, again, requests, ...seen, ...took };
}

async function pathsOf(
  container: Container,
  context: Pick<ProbeContext, "contract" | "service" | "signal">,
): Promise<readonly string[]> {
  if (servesNobody(context.contract)) return [];
  if (spokenBy(container).wire.grpc) return [GRPC_HEALTH];
  return [healthPath(context.contract), ...(await readableRoutes(container, context))];
}

const STILL_MS = 150;
const MOST_MS = 3000;

type Lines = readonly { readonly text: string }[];

/** A server answers 500 first and writes the traceback then: read until two looks at the log find the same. */
export async function wholeLog<Line>(
  logs: () => Promise<readonly Line[]>,
  signal: AbortSignal,
): Promise<readonly Line[]> {
  let lines: readonly Line[] = [];
  let before: number | undefined;
  await poll(
    async () => {
      lines = await logs();
      const still = lines.length === before;
      before = lines.length;
      return still ? true : undefined;
    },
    { everyMs: STILL_MS * business(), limitMs: MOST_MS * business(), signal },
  );
  return lines;
}

/** The kinds of complaints in a whole log, and not only in the end of it that is kept. */
function kindsOf(lines: Lines): readonly number[] {
  return [...COMPLAINTS.keys()].filter((kind) => lines.some(({ text }) => COMPLAINTS[kind]?.test(text)));
}

/** The path that a complaint names: `[Errno 13] Permission denied: '/.gunicorn'`. */
const pathIn = (text: string): string | undefined => /'(\/[^']+)'/.exec(text)?.[1];

/** Paths that could not be written although the root is writable: not by this user. */
function refusedIn(lines: Lines): readonly string[] {
  const complaining = lines.filter(({ text }) => COMPLAINTS.some((pattern) => pattern.test(text)));
  return [...new Set(complaining.flatMap(({ text }) => pathIn(text) ?? []))];
}

/**
 * Lines of a whole log that tell of a failed write. A kind that the writable run complains of as well has another cause,
 * and a path that is refused there is refused here in other words: the service works without it.
 */
export function complaints(
  lines: Lines,
  usual: (Pick<WritableRun, "complained"> & Partial<Pick<WritableRun, "refused">>) | undefined,
): readonly string[] {
  const ofThisRun = COMPLAINTS.filter((_, kind) => usual?.complained.includes(kind) !== true);
  const isRefused = (text: string) => usual?.refused?.includes(pathIn(text) ?? "") === true;
  const found = lines.filter(({ text }) => ofThisRun.some((pattern) => pattern.test(text)) && !isRefused(text));
  return [...new Set(found.map(({ text }) => text.trim().slice(0, 300)))].slice(0, 10);
}
