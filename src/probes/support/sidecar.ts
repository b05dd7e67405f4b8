import { connect } from "node:net";
import type { Container, Engine, StartOptions } from "../../engine/engine.ts";
import { firstCause, UserError } from "../../kit/errors.ts";
import type { Ready, StackSidecar } from "../../model/types.ts";
import { addressOf } from "./address.ts";
import { watchExit } from "./exit-watch.ts";
import { ask } from "./http.ts";
import { lastLine, type LoggedLine, logTail } from "./logs.ts";
import { business } from "../../kit/machine.ts";
import { poll } from "./time.ts";
import { timeLimit } from "../../kit/time-limit.ts";

/** How one sidecar came up. */
export interface SidecarSeen {
  readonly name: string;
  readonly where: string;
  readonly image: string;
  /** What a stand-in really is, as its own label says. */
  readonly standIn?: string;
  readonly milliseconds: number;
  /** By what it was known to be ready, in words. */
  readonly by: string;
  /** Why it is not ready; empty when it is. */
  readonly problem: string;
  /** Its image could not be got or built: that says nothing about the Compose file. */
  readonly lacking?: true;
  readonly log: readonly LoggedLine[];
}

const EVERY_MS = 200;
/** Often, so that the proof does not wait; never given up by the engine, since we do that ourselves. */
const HEALTH = { intervalMs: 500, retries: 10_000, startPeriodMs: 0 };

/** What a sidecar is started with: what its image and its file need, and nothing of this machine. */
export function startOf(sidecar: StackSidecar): StartOptions {
  const { entrypoint, command, user, env, volumes, tmpfs } = sidecar;
  const health = sidecar.ready.find((one) => one.kind === "healthcheck");
  const ports = sidecar.ready.flatMap((one) => (one.kind === "port" || one.kind === "http" ? [one.port] : []));
  return {
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(command === undefined ? {} : { command }),
    ...(user === undefined ? {} : { user }),
    ...(health?.kind === "healthcheck"
      ? {
          health: {
            ...HEALTH,
            timeoutMs: health.timeoutMs,
            ...(health.test === undefined ? {} : { test: health.test }),
          },
        }
      : {}),
    ...(ports.length === 0 ? {} : { publish: ports }),
    env,
    volumes,
    tmpfs,
    // Entry points of databases change to a user of their own, for which they need no more than the engine's default.
    noNewPrivileges: true,
  };
}

/** Waits until everything tells that it is ready; says why it is not. */
export async function becomesReady(
  container: Container,
  ready: readonly Ready[],
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<{ readonly by: string; readonly problem: string }> {
  // On a busy machine it is waited for longer; named is the time that it was.
  const most = Math.ceil(limitMs * business());
  const patience = timeLimit(most);
  const both = AbortSignal.any([signal, patience]);
  const by: string[] = [];
  for (const one of ready) {
    const seen = { last: "" };
    const problem = await tellsReady(container, one, { signal: both, seen }).catch(async (error: unknown) => {
      signal.throwIfAborted();
      if (patience.aborted) return "";
      const cause = firstCause(error);
      if (cause instanceof UserError && cause.code === "engine/lost") throw cause;
      // What ended a moment ago cannot be asked any more; that it ended is the answer.
      const ended = await container.exited(timeLimit(ENDED_MS)).catch(() => undefined);
      if (ended !== undefined) return `it ended with exit code ${ended.code}`;
      return cause instanceof Error ? cause.message : String(cause);
    });
    if (problem !== undefined)
      return { by: by.join(", "), problem: await why(container, problem, { one, limitMs: most, last: seen.last }) };
    by.push(inWords(one));
  }
  return { by: by.length === 0 ? "it runs" : by.join(", "), problem: "" };
}

async function why(
  container: Container,
  problem: string,
  { one, limitMs, last }: { readonly one: Ready; readonly limitMs: number; readonly last: string },
): Promise<string> {
  const line = lastLine(logTail(await container.logs()));
  const what = problem === "" ? `not ready within ${Math.round(limitMs / 1000)} s by ${inWords(one)}${last}` : problem;
  return `${what.replace(/\.$/, "")}. Its last line: ${line}`;
}

function inWords(one: Ready): string {
  if (one.kind === "ends") return "its end with exit code 0";
  if (one.kind === "healthcheck") return "its healthcheck";
  if (one.kind === "http") return `GET ${one.path} on port ${one.port}`;
  return one.kind === "port" ? `port ${one.port}` : `\`${one.argv.join(" ")}\``;
}

interface Waiting {
  readonly signal: AbortSignal;
  /** What it answered last in place of what was wanted, in words. */
  readonly seen: { last: string };
}

/** Undefined once it is ready; a text when it never will be. Rejects when the signal ends the waiting. */
async function tellsReady(container: Container, one: Ready, waiting: Waiting): Promise<string | undefined> {
  const { signal } = waiting;
  if (one.kind === "ends") {
    const { code } = await container.exited(signal);
    return code === 0 ? undefined : `it ended with exit code ${code}`;
  }
  if (one.kind === "healthcheck") {
    await container.healthBecomes("healthy", signal);
    return undefined;
  }
  await using watch = watchExit(container, signal);
  const tells = () =>
    one.kind === "command" ? succeeds(container, one.argv, signal) : isThere(container, one, waiting);
  const answer = await poll(
    async () => {
      if (watch.exit !== undefined) return `it ended with exit code ${watch.exit.code}`;
      return (await tells()) ? "" : undefined;
    },
    { everyMs: EVERY_MS, limitMs: Number.POSITIVE_INFINITY, signal },
  );
  return answer === "" ? undefined : answer;
}

/** An image without the program cannot be asked by it: what else is asked decides. */
async function succeeds(container: Container, argv: readonly string[], signal: AbortSignal): Promise<boolean> {
  const { code } = await container.exec(argv, { signal });
  return code === 0 || code === 126 || code === 127;
}

async function isThere(
  container: Container,
  one: Extract<Ready, { readonly kind: "port" | "http" }>,
  { signal, seen }: Waiting,
): Promise<boolean> {
  const url = addressOf(container, one.port, one.kind === "http" ? one.path : "/");
  if (url === undefined) return false;
  if (one.kind === "port") return await accepts(url);
  const answer = await ask(url, { timeoutMs: ANSWER_MS, signal }).catch(() => undefined);
  if (answer !== undefined) seen.last = `, which answered ${answer.status}`;
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

const ENDED_MS = 2000;
const ANSWER_MS = 2000;
const OPEN_MS = 300;

/** The engine's proxy accepts in the place of what does not listen yet, and hangs up at once: what stays open listens. */
function accepts(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname.replaceAll(/[[\]]/g, ""));
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ANSWER_MS, () => end(false));
    socket.once("connect", () => setTimeout(() => end(true), OPEN_MS));
    socket.once("data", () => end(true));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

/** Everything that is started where nobody says otherwise joins this network; all else is the engine's. */
export function onNetwork(engine: Engine, start: Engine["start"]): Engine {
  return new Proxy(engine, {
    get(target, name) {
      if (name === "start") return start;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
