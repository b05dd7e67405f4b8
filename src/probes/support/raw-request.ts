import type { Socket } from "node:net";
import { openSocket } from "./socket.ts";

/** An HTTP/1.1 request on a socket of its own, so that its body can be sent in two halves. */
export interface RawRequest extends AsyncDisposable {
  /** True when no answer came and the connection stayed open for that long: the service is waiting for us. */
  silentFor(milliseconds: number): Promise<boolean>;
  /** True when it said within that time that it takes the body: `100 Continue`. */
  continued(milliseconds: number): Promise<boolean>;
  /** True when the connection stayed open for that long, whatever came. */
  openFor(milliseconds: number): Promise<boolean>;
  send(text: string): void;
  /** Resolves when the answer is whole, or the connection ended. */
  answer(limitMs: number): Promise<RawAnswer>;
}

export interface RawAnswer {
  /** 0 when no head came. */
  readonly status: number;
  /** The head and the whole body arrived, by Content-Length, by the last chunk, or by an orderly end. */
  readonly complete: boolean;
  readonly bytes: number;
  /** How the connection ended when the answer is not complete. */
  readonly ended: "open" | "closed" | "reset" | "time limit";
}

/** Opens the connection and sends the first part. */
export async function openRequest(url: URL, first: string, protocol?: "h2"): Promise<RawRequest> {
  const { socket, ready } = openSocket(url, protocol);
  const state = listen(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once(ready, resolve);
    socket.once("error", reject);
  });
  socket.write(first);
  return {
    async silentFor(milliseconds) {
      const end = performance.now() + milliseconds;
      const isSilent = () => withoutInterim(state.received.toString("latin1")) === "" && state.ended === "open";
      for (let left = milliseconds; left > 0 && isSilent(); left = end - performance.now()) await state.change(left);
      return isSilent();
    },
    async continued(milliseconds) {
      const end = performance.now() + milliseconds;
      const has = () => /^HTTP\/1\.1 100 [^]*?\r\n\r\n/.test(state.received.toString("latin1"));
      for (let left = milliseconds; left > 0 && state.ended === "open" && !has(); left = end - performance.now()) {
        // Another answer than this one ends the waiting as well.
        if (/^HTTP\/1\.[01] [2-5]/.test(state.received.toString("latin1"))) break;
        await state.change(left);
      }
      return has();
    },
    async openFor(milliseconds) {
      const end = performance.now() + milliseconds;
      for (let left = milliseconds; left > 0 && state.ended === "open"; left = end - performance.now())
        await state.change(left);
      return state.ended === "open";
    },
    send: (text) => void (socket.writable && socket.write(text)),
    async answer(limitMs) {
      const end = performance.now() + limitMs;
      for (;;) {
        const read = readAnswer(state.received, state.ended);
        if (read.complete || state.ended !== "open") return read;
        const left = end - performance.now();
        if (left <= 0) return { ...read, ended: "time limit" };
        await state.change(left);
      }
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

interface State {
  received: Buffer;
  ended: RawAnswer["ended"];
  /** Resolves at the next byte or end, or when the time is up. */
  change(limitMs: number): Promise<void>;
}

function listen(socket: Socket): State {
  let wake = () => {};
  const state: State = {
    received: Buffer.alloc(0),
    ended: "open",
    change: (limitMs) =>
      new Promise((resolve) => {
        if (state.ended !== "open") return resolve();
        const timer = setTimeout(resolve, limitMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
  const end = (how: RawAnswer["ended"]) => {
    if (state.ended === "open") state.ended = how;
    wake();
  };
  socket.on("data", (chunk) => {
    if (state.received.length < 1_000_000) state.received = Buffer.concat([state.received, chunk]);
    wake();
  });
  socket.on("end", () => end("closed"));
  socket.on("close", () => end("closed"));
  socket.on("error", () => end("reset"));
  return state;
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
