import { beginRequest } from "./begin-request.ts";
import { openSocket } from "./socket.ts";
import { pause } from "./time.ts";
import type { Wire } from "./wire.ts";

/** What became of one new connection after the stop signal. */
export interface NewConnection {
  /** Since the signal. */
  readonly milliseconds: number;
  /** `dropped`: it was accepted, by the kernel at least, and ended without an answer. */
  readonly became: "answered" | "refused" | "dropped";
}

interface NewConnections {
  readonly tried: readonly NewConnection[];
  /** When we asked for the last time, since the signal; undefined when the service ended before. */
  readonly stoppedAskingMs?: number;
}

const EVERY_MS = 50;
/** A service that drains for minutes is not asked all the time. */
const MOST = 100;
/** What was on its way when the service ended has arrived by then. */
const LAST_MS = 200;

/** False where this machine does not reach the container's own address: the engine's proxy accepts in its place. */
export async function isReachable(url: URL): Promise<boolean> {
  const { socket } = openSocket(url);
  const reached = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.setTimeout(500, () => resolve(false));
  });
  socket.destroy();
  return reached;
}

/** Opens connection after connection, each with a request of its own, until the service has ended or was asked often enough. */
export async function newConnections(url: URL, wire: Wire, over: AbortSignal): Promise<NewConnections> {
  const began = performance.now();
  const tried: Array<Attempt & { readonly milliseconds: number }> = [];
  while (!over.aborted && tried.length < MOST) {
    tried.push({ ...attempt(url, wire), milliseconds: performance.now() - began });
    await pause(EVERY_MS, over).catch(() => {});
  }
  const stopped = over.aborted ? {} : { stoppedAskingMs: performance.now() - began };
  await Promise.race([Promise.all(tried.map(({ ended }) => ended)), aborted(over)]);
  await new Promise((resolve) => setTimeout(resolve, LAST_MS));
  return { tried: tried.map((one) => ({ milliseconds: one.milliseconds, became: one.end() })), ...stopped };
}

interface Attempt {
  readonly ended: Promise<void>;
  end(): NewConnection["became"];
}

function attempt(url: URL, wire: Wire): Attempt {
  const opened = openSocket(url, wire.version === 2 ? "h2" : "http/1.1");
  const { socket } = opened;
  let accepted = false;
  let answered = false;
  socket.once("connect", () => (accepted = true));
  socket.on("error", () => {}); // The request tells.
  const ask = async () => {
    try {
      const request = await beginRequest(url, wire, { method: "GET", path: url.pathname }, opened);
      answered = (await request.answer(LONG_MS)).complete;
    } catch {
      // It was refused, or dropped before it could be sent.
    } finally {
      socket.destroy();
    }
  };
  const ended = ask();
  return {
    ended,
    end() {
      socket.destroy();
      if (!accepted) return "refused";
      return answered ? "answered" : "dropped";
    },
  };
}

/** Longer than anybody asks. */
const LONG_MS = 1_000_000;

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
