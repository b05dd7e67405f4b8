import type { Socket } from "node:net";
import { type Changes, newChanges } from "./changes.ts";
import { untilReady, type Opened, openSocket } from "./socket.ts";

/** A request on a connection of its own, so that its body can be sent in two halves. */
export interface RawRequest extends AsyncDisposable {
  /** True when no answer came and the connection stayed open for that long: the service is waiting for us. */
  silentFor(milliseconds: number): Promise<boolean>;
  /** True when it said within that time that it takes the body: `100 Continue`. */
  continued(milliseconds: number): Promise<boolean>;
  /** True when the connection stayed open for that long, whatever came. */
  openFor(milliseconds: number): Promise<boolean>;
  /** More of the body. */
  send(text: string): void;
  /** The last of the body, which may be nothing. */
  end(text: string): void;
  /** Resolves when the answer is whole, or the connection ended. */
  answer(limitMs: number): Promise<RawAnswer>;
}

export interface RawAnswer {
  /** 0 when no head came. Of gRPC what HTTP has for its status. */
  readonly status: number;
  readonly grpcStatus?: number;
  /** The head and the whole body arrived, by Content-Length, by the last chunk, or by an orderly end. */
  readonly complete: boolean;
  readonly bytes: number;
  /** How the connection ended when the answer is not complete; `refused`: HTTP/2 said that it was never begun. */
  readonly ended: "open" | "closed" | "reset" | "refused" | "time limit";
}

/** Opens the connection and sends the first part of a request of HTTP/1.1. */
export async function openRequest(url: URL, first: string, opened: Opened = openSocket(url)): Promise<RawRequest> {
  const { socket } = opened;
  const { state, changes } = listen(socket);
  await untilReady(opened);
  socket.write(first);
  const text = () => state.received.toString("latin1");
  const ended = () => state.ended !== "open";
  const isSilent = () => withoutInterim(text()) === "" && !ended();
  const hasContinued = () => /^HTTP\/1\.1 100 [^]*?\r\n\r\n/.test(text());
  const read = () => readAnswer(state.received, state.ended);
  const send = (more: string) => void (socket.writable && socket.write(more));
  return {
    silentFor: async (milliseconds) => !(await changes.until(() => !isSilent(), milliseconds)),
    async continued(milliseconds) {
      // Another answer than this one ends the waiting as well.
      await changes.until(() => ended() || hasContinued() || /^HTTP\/1\.[01] [2-5]/.test(text()), milliseconds);
      return hasContinued();
    },
    openFor: async (milliseconds) => !(await changes.until(ended, milliseconds)),
    send,
    end: send,
    async answer(limitMs) {
      const isOver = await changes.until(() => read().complete || ended(), limitMs);
      return isOver ? read() : { ...read(), ended: "time limit" };
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

interface State {
  received: Buffer;
  ended: RawAnswer["ended"];
}

function listen(socket: Socket): { readonly state: State; readonly changes: Changes } {
  const changes = newChanges();
  const state: State = { received: Buffer.alloc(0), ended: "open" };
  const end = (how: RawAnswer["ended"]) => {
    if (state.ended === "open") state.ended = how;
    changes.tell();
  };
  socket.on("data", (chunk) => {
    if (state.received.length < 1_000_000) state.received = Buffer.concat([state.received, chunk]);
    changes.tell();
  });
  socket.on("end", () => end("closed"));
  socket.on("close", () => end("closed"));
  socket.on("error", () => end("reset"));
  return { state, changes };
}

/** What has come but whole interim answers. */
function withoutInterim(text: string): string {
  const interim = /^HTTP\/1\.[01] 1\d\d[^]*?\r\n\r\n/.exec(text)?.[0];
  return interim === undefined ? text : withoutInterim(text.slice(interim.length));
}

/** Reads what has come so far as an HTTP/1.1 answer. Interim answers (`100 Continue`) are skipped. */
export function readAnswer(received: Buffer, ended: RawAnswer["ended"]): RawAnswer {
  let text = received.toString("latin1");
  for (;;) {
    const head = text.indexOf("\r\n\r\n");
    if (head < 0) return { status: 0, complete: false, bytes: 0, ended };
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0);
    const body = text.slice(head + 4);
    if (status >= 200 || status === 0) {
      const complete = status !== 0 && isWhole(text.slice(0, head).toLowerCase(), status, body, ended);
      return { status, complete, bytes: body.length, ended };
    }
    text = body;
  }
}

function isWhole(head: string, status: number, body: string, ended: RawAnswer["ended"]): boolean {
  if (status === 204 || status === 304) return true;
  const length = /\r\ncontent-length:\s*(\d+)/.exec(head)?.[1];
  if (length !== undefined) return body.length >= Number(length);
  if (/\r\ntransfer-encoding:[^\r]*chunked/.test(head)) return /(^|\r\n)0+\r\n(.*\r\n)?\r\n$/s.test(body);
  return ended === "closed"; // Neither length nor chunks: the end of the connection is the end of the body.
}
