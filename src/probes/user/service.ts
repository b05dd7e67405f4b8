import type { Container } from "../../engine/engine.ts";
import { UserError } from "../../kit/errors.ts";
import type { HttpExpectation, LogExpectation } from "../../model/types.ts";
import type { ProbeContext } from "../probe.ts";
import { firstHealthy, whyUnhealthy } from "../support/health.ts";
import { askService } from "../support/ask-service.ts";
import { logTail } from "../support/logs.ts";
import { business } from "../../kit/machine.ts";
import { startPatience } from "../support/patience.ts";
import { asked } from "../support/requests.ts";
import { startService } from "../support/service.ts";
import { poll } from "../support/time.ts";
import { LEAST_RIGHTS } from "./commands.ts";
import { compare, type Compared, inWords, lastLines, occurs, search, type UserSeen } from "./compared.ts";

const KEEP_BYTES = 4_000_000;

/** One life of the service, in which its log is watched from the start and its routes are asked in the order of the file. */
export async function seeService(
  context: ProbeContext,
  wanted: { readonly http: readonly HttpExpectation[]; readonly log: readonly LogExpectation[] },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, UserSeen>> {
  const seen = new Map<string, UserSeen>();
  if (wanted.http.length + wanted.log.length === 0) return seen;
  const started = await startOrReason(context);
  if (typeof started === "string") {
    for (const { id } of [...wanted.http, ...wanted.log])
      seen.set(id, { compared: [compare("the service", "starts", started)], excerpt: [] });
    return seen;
  }
  await using container = started;
  const logs = Promise.all(wanted.log.map(async (one) => seen.set(one.id, await seeLog(container, one, signal))));
  logs.catch(() => {}); // Awaited below.
  const limitMs = startPatience(context.contract);
  const health = await firstHealthy(container, context.contract, { limitMs, signal });
  if (health.healthy)
    for (const one of wanted.http) seen.set(one.id, await seeHttp(container, one, { context, signal }));
  else {
    const why = whyUnhealthy(health, logTail(await container.logs()));
    for (const { id, path } of wanted.http)
      seen.set(id, { compared: [compare(`answer of ${path}`, "an answer", why)], excerpt: [] });
  }
  await logs;
  return seen;
}

/** An image that does not start is an answer as well. */
async function startOrReason(context: ProbeContext): Promise<Container | string> {
  try {
    return await startService(context, LEAST_RIGHTS);
  } catch (error) {
    if (error instanceof UserError && error.code === "engine/start-failed") return error.message;
    throw error;
  }
}

async function seeLog(container: Container, wanted: LogExpectation, signal: AbortSignal): Promise<UserSeen> {
  // On a busy machine everything is late, and that is not the service's fault.
  const limitMs = wanted.within * 1000 * business();
  const look = async () => {
    const lines = (await container.logs()).filter(
      ({ stream }) => wanted.stream === undefined || stream === wanted.stream,
    );
    const line = lines.find(({ text }) => occurs(wanted.line, text));
    return line === undefined ? undefined : { line, after: performance.now() - container.startedAt };
  };
  const found = await poll(look, { everyMs: 100, limitMs, signal });
  const where = wanted.stream ?? "its log";
  const what = `a line with ${inWords(wanted.line)} on ${where}`;
  const limit = `within ${wanted.within} s`;
  if (found === undefined) {
    const tail = (await container.logs()).slice(-10).map(({ text }) => text.slice(0, 200));
    return { compared: [{ what, wanted: limit, seen: "no such line", holds: false }], excerpt: tail };
  }
  const seconds = (found.after / 1000).toFixed(1);
  // A look takes a moment itself: the line was there when the time was up.
  return {
    compared: [{ what, wanted: limit, seen: `after ${seconds} s`, holds: true }],
    excerpt: [found.line.text.slice(0, 200)],
  };
}

async function seeHttp(
  container: Container,
  wanted: HttpExpectation,
  { context, signal }: { readonly context: ProbeContext; readonly signal: AbortSignal },
): Promise<UserSeen> {
  const what = `${wanted.method} ${wanted.path}`;
  try {
    const answer = await askService(container, context.contract.port, wanted.path, {
      ...asked(wanted),
      keepBytes: KEEP_BYTES,
      signal,
    });
    const text = answer.body.toString("utf8");
    return {
      compared: [
        compare(`status of ${what}`, wanted.status, answer.status),
        ...search(`the answer of ${what}`, wanted.answer, text),
        ...jsonValues(wanted.json, text),
      ],
      excerpt: [`HTTP ${answer.status} ${answer.contentType}`, ...lastLines(text.slice(0, 2000), 5)],
    };
  } catch (error) {
    signal.throwIfAborted();
    return { compared: [compare(`answer of ${what}`, "an answer", String(error))], excerpt: [] };
  }
}

/** Values of an answer's JSON, each by its path: `items.0.id`; an empty path is the whole. */
export function jsonValues(wanted: Readonly<Record<string, unknown>>, text: string): readonly Compared[] {
  const entries = Object.entries(wanted);
  if (entries.length === 0) return [];
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch {
    return [compare("the answer", "JSON", "no JSON")];
  }
  return entries.map(([path, value]) => {
    const found = path === "" ? whole : path.split(".").reduce<unknown>(step, whole);
    return compare(
      `JSON value ${path === "" ? "as a whole" : path}`,
      canonical(value),
      found === undefined ? "not there" : canonical(found),
    );
  });
}

const step = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;

/** The same text for the same value, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
