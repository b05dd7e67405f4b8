import type { ProbeContext } from "../probe.ts";
import { becomesHealthy, healthPath } from "./health.ts";
import { type LoggedLine, logTail } from "./logs.ts";
import { readableRoutes, visit, type Visit } from "./routes.ts";
import { startService } from "./service.ts";

/** How a failed write is told. `grep -i read-only` misses the most common ones. */
const COMPLAINTS: readonly RegExp[] = [
  /EROFS|Errno 30|os error 30|Read-only file system/i,
  /No usable temporary directory/i,
  /attempt to write a readonly database|unable to open database file/i,
  /(?:Errno 13|Permission denied)[^\n]*\//i,
];

/** What the image does where it may write everywhere: other runs are compared with it. */
export async function writableRun(
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
