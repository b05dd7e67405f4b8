import { createHash, randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { type Changes, newChanges } from "./changes.ts";
import { openSocket, untilReady } from "./socket.ts";
import { CLOSE, codeIn, controlFrame, frameReader, PING, PONG } from "./websocket-frames.ts";

/** A WebSocket that is open on our side until the service ends it. */
export interface OpenWebSocket extends AsyncDisposable {
  /** True when neither a close frame nor the end of the connection came for that long. */
  openFor(milliseconds: number): Promise<boolean>;
  /** How it ended, after that long at most. */
  end(limitMs: number): Promise<WebSocketEnd>;
}

export interface WebSocketEnd {
  /** Of the close frame; undefined where none came. */
  readonly code?: number;
  readonly connection: "open" | "closed" | "reset";
}

/**
 * Opens a WebSocket as a browser does. It then answers pings and the close frame, and says nothing of its own: a service
 * that does not get these answers waits for them, and ends no connection of a client that lives.
 * @returns the status by which the service refused it, 0 where none came in time.
 * @throws Error when nobody listens.
 */
export async function openWebSocket(
  url: URL,
  { headers, limitMs }: { readonly headers: Readonly<Record<string, string>>; readonly limitMs: number },
): Promise<OpenWebSocket | number> {
  const opened = openSocket(url);
  const { socket } = opened;
  const key = randomBytes(16).toString("base64");
  try {
    const shaken = shakeHands(socket);
    await untilReady(opened);
    socket.write(upgrade(url, key, headers));
    await shaken.changes.until(() => shaken.state.head !== undefined || isOver(shaken), limitMs);
    const head = shaken.state.head ?? "";
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
    if (status === 101 && accepts(head, key)) return webSocketOn(socket, shaken);
    socket.destroy();
    return status;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function upgrade(url: URL, key: string, headers: Readonly<Record<string, string>>): string {
  const all = {
    Host: url.host,
    Origin: url.origin,
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": key,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** By RFC 6455; who does not know it echoes no key. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function accepts(head: string, key: string): boolean {
  const wanted = createHash("sha1").update(`${key}${GUID}`).digest("base64");
  return /^sec-websocket-accept:\s*(\S+)\s*$/im.exec(head)?.[1] === wanted;
}

interface Shaken {
  readonly state: { head?: string; code?: number; connection: WebSocketEnd["connection"] };
  readonly changes: Changes;
}

const isOver = ({ state }: Shaken): boolean => state.connection !== "open";
/** Longer heads are none. */
const MOST_HEAD = 65_536;

/** Writes down what comes: the head of the answer, then the close frame, and the end of the connection. */
function shakeHands(socket: Socket): Shaken {
  const changes = newChanges();
  const state: Shaken["state"] = { connection: "open" };
  const answer = (opcode: number, payload: Buffer) =>
    void (socket.writable && socket.write(controlFrame(opcode, payload)));
  const read = frameReader(({ opcode, payload }) => {
    if (opcode === PING) answer(PONG, payload);
    if (opcode !== CLOSE || state.code !== undefined) return;
    state.code = codeIn(payload);
    answer(CLOSE, payload.subarray(0, 2));
  });
  let early = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    if (state.head !== undefined) read(chunk);
    else {
      early = Buffer.concat([early, chunk]);
      const end = early.indexOf("\r\n\r\n");
      if (end >= 0) {
        state.head = early.toString("latin1", 0, end);
        read(early.subarray(end + 4));
      } else if (early.length > MOST_HEAD) socket.destroy();
    }
    changes.tell();
  });
  const end = (how: WebSocketEnd["connection"]) => {
    if (state.connection === "open") state.connection = how;
    changes.tell();
  };
  socket.on("end", () => end("closed"));
  socket.on("close", () => end("closed"));
  socket.on("error", () => end("reset"));
  return { state, changes };
}

function webSocketOn(socket: Socket, shaken: Shaken): OpenWebSocket {
  const { state, changes } = shaken;
  return {
    openFor: async (milliseconds) =>
      !(await changes.until(() => state.code !== undefined || isOver(shaken), milliseconds)),
    async end(limitMs) {
      await changes.until(() => isOver(shaken), limitMs);
      return { ...(state.code === undefined ? {} : { code: state.code }), connection: state.connection };
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}
