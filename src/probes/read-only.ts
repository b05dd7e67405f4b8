import type { Probe, ProbeContext } from "./probe.ts";
import { becomesHealthy, firstHealthy, healthPath, whyUnhealthy } from "./support/health.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import { readableRoutes, visit, type Visit } from "./support/routes.ts";
import { startService } from "./support/service.ts";
import { within } from "./support/time.ts";

/** The same requests on a writable and on a strictly read-only root. */
export interface ReadOnly {
  readonly healthy: boolean;
  readonly problem: string;
  readonly writablePaths: readonly string[];
  readonly writable: readonly Visit[];
  readonly readOnly: readonly Visit[];
  /** Lines of the read-only run that tell of a write that failed, by what they say, when the writable run said nothing alike. */
  readonly complaints: readonly string[];
  readonly log: readonly LoggedLine[];
}

/** How a failed write is told. `grep -i read-only` misses the most common ones. */
const COMPLAINTS: readonly RegExp[] = [
  /EROFS|Errno 30|os error 30|Read-only file system/i,
  /No usable temporary directory/i,
  /attempt to write a readonly database|unable to open database file/i,
  /(?:Errno 13|Permission denied)[^\n]*\//i,
];

export const readOnly: Probe<ReadOnly> = {
  id: "read-only",
  title: "Run the image with a strictly read-only root and make the same requests as on a writable one",
  runs: "beside-others",
  version: 3,
  async collect(context) {
    if (context.engine.strictReadOnly === false)
      throw new Error(
        `${context.engine.name} mounts writable folders of its own under a read-only root here, so a pass would prove nothing.`,
      );
    const { contract } = context;
    const limitMs = startPatience(contract);
    const signal = within(context.signal, 2 * limitMs + 60_000, "The read-only run");
    const usual = await writableRun(context, signal);
    // Over a folder of the image a tmpfs would take over its mode, and belong to root: then only root could write there.
    const tmpfs = contract.writablePaths.map((path) => `${path}:mode=1777`);
    await using container = await startService(context, { readOnly: true, tmpfs });
    const health = await firstHealthy(container, contract, { limitMs, signal });
    const visits = health.healthy ? await visit(container, contract, usual.paths, signal) : [];
    const log = logTail(await container.logs());
    return {
      healthy: health.healthy,
      problem: whyUnhealthy(health, log),
      writablePaths: contract.writablePaths,
      writable: usual.visits,
      readOnly: visits,
      complaints: complaints(log, usual.log),
      log,
    };
  },
};

async function writableRun(
  context: ProbeContext,
  signal: AbortSignal,
): Promise<{ paths: readonly string[]; visits: readonly Visit[]; log: readonly LoggedLine[] }> {
  const { contract, service } = context;
  await using container = await startService(context);
  await becomesHealthy(container, contract, signal);
  const paths = [healthPath(contract), ...(await readableRoutes(container, { service, contract, signal }))];
  const visits = await visit(container, contract, paths, signal);
  return { paths, visits, log: logTail(await container.logs()) };
}

/** Lines that tell of a failed write; a kind of complaint that the writable run makes as well has another cause. */
export function complaints(log: readonly LoggedLine[], usual: readonly LoggedLine[]): readonly string[] {
  const ofThisRun = COMPLAINTS.filter((pattern) => !usual.some(({ text }) => pattern.test(text)));
  const lines = log.filter(({ text }) => ofThisRun.some((pattern) => pattern.test(text)));
  return [...new Set(lines.map(({ text }) => text.trim().slice(0, 300)))].slice(0, 10);
}
