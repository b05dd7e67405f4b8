import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import { type Changes, newChanges } from "./changes.ts";
import { asHttp, grpcStatusOf, isGrpc } from "./grpc.ts";
import type { RawAnswer, RawRequest } from "./raw-request.ts";
import { untilReady, type Opened, openSocket } from "./socket.ts";

interface Beginning {
  readonly headers: OutgoingHttpHeaders;
  /** Of the body. */
  readonly first: string;
  /** Nothing follows. */
  readonly whole: boolean;
}

/**
 * Begins a request of HTTP/2 on a connection of its own. A PING follows it at once: what answers it has read all that was
 * sent before, so the silence of a server that does not is no sign that it waits.
 */
export async function openRequest2(
  url: URL,
  { headers, first, whole }: Beginning,
  opened: Opened = openSocket(url, "h2"),
): Promise<RawRequest> {
  await untilReady(opened);
  const { socket } = opened;
  const session = connect(url.origin, { createConnection: () => socket });
  const stream = session.request(headers, { endStream: whole && first === "" });
  const seen = watched(session, stream);
  if (first !== "") stream.write(first);
  if (whole) stream.end();
  session.ping((error) => seen.note({ read: error === null }));
  return {
    ...requestOn(stream, seen),
    // After an answer the stream is closed, and the connection is not.
    openFor: async (milliseconds) =>
      !(await seen.changes.until(() => session.destroyed || session.closed, milliseconds)),
    async [Symbol.asyncDispose]() {
      session.destroy();
      socket.destroy();
    },
  };
}

interface Seen {
  readonly state: Readonly<State>;
  readonly changes: Changes;
  note(seen: Partial<State>): void;
}

/** Writes down what comes on a stream, and how it ends. */
function watched(session: ClientHttp2Session, stream: ClientHttp2Stream): Seen {
  const changes = newChanges();
  const state: State = { ...NOTHING_YET };
  const end = (how: RawAnswer["ended"]) => {
    if (state.ended === "open") state.ended = how;
    changes.tell();
  };
  // A connection that ends may end its stream in an orderly way: the stream is looked at when it is closed.
  session.on("error", () => end("reset"));
  const note = (seen: Partial<State>) => {
    Object.assign(state, seen);
    changes.tell();
  };
  stream.on("continue", () => note({ continued: true }));
  stream.on("response", (head) => note({ head }));
  stream.on("trailers", (tail) => note({ tail }));
  stream.on("data", (chunk: Buffer) => note({ bytes: state.bytes + chunk.length }));
  stream.on("end", () => note({ whole: stream.rstCode === constants.NGHTTP2_NO_ERROR && !session.destroyed }));
  stream.on("error", () => {}); // `close` follows.
  stream.on("close", () => {
    // The end of a connection closes its streams as well, with codes of this side.
    if (!session.destroyed) note({ calledOff: stream.rstCode !== constants.NGHTTP2_NO_ERROR });
    end(ENDS[stream.rstCode ?? 0] ?? "reset");
  });
  session.on("close", () => end("closed"));
  return { state, changes, note };
}

/** What is asked of one stream. */
function requestOn(
  stream: ClientHttp2Stream,
  { state, changes }: Seen,
): Omit<RawRequest, "openFor" | typeof Symbol.asyncDispose> {
  const over = () => state.ended !== "open";
  const hasHead = () => state.head[":status"] !== undefined;
  const isSilent = () => !hasHead() && !over();
  const read = () => answerOf(state);
  return {
    async silentFor(milliseconds) {
      await changes.until(() => !isSilent(), milliseconds);
      return isSilent() && state.read;
    },
    continued: async (milliseconds) => {
      await changes.until(() => state.continued || hasHead() || over(), milliseconds);
      return state.continued;
    },
    send: (text) => void (stream.writable && stream.write(text)),
    end: (text) => void (stream.writable && stream.end(text)),
    async answer(limitMs) {
      const isOver = await changes.until(() => read().complete || over(), limitMs);
      return isOver ? read() : { ...read(), ended: "time limit" };
    },
  };
}

interface State {
  head: IncomingHttpHeaders;
  tail: IncomingHttpHeaders;
  bytes: number;
  /** The other side has said all that it had to say. */
  whole: boolean;
  /** The other side ended the stream by RST_STREAM with an error. */
  calledOff: boolean;
  ended: RawAnswer["ended"];
  continued: boolean;
  /** It has read what was sent first. */
  read: boolean;
}

const NOTHING_YET: State = {
  head: {},
  tail: {},
  bytes: 0,
  whole: false,
  calledOff: false,
  ended: "open",
  continued: false,
  read: false,
};

const ENDS: Readonly<Record<number, RawAnswer["ended"]>> = {
  [constants.NGHTTP2_NO_ERROR]: "closed",
  [constants.NGHTTP2_REFUSED_STREAM]: "refused",
};

/**
 * An answer is complete with END_STREAM (RFC 9113, 8.1), and one whose bytes are not those of its content-length is
 * malformed (8.1.1). RST_STREAM with an error says that something went wrong (5.4.2): clients report it, however many
 * bytes came before.
 */
function answerOf({ head, tail, bytes, whole, calledOff, ended }: State): RawAnswer {
  const status = Number(head[":status"] ?? 0);
  const length = head["content-length"];
  // Hypercorn closes a connection behind the last byte of an answer, before it says that the stream is over: clients
  // that count, such as curl, have all of it.
  const counted = ended !== "open" && !calledOff && length === String(bytes);
  // 304 has the length that the page would have.
  const cut = whole && length !== undefined && length !== String(bytes) && status !== 304;
  if (!isGrpc(head)) return { status, complete: ((whole && !cut) || counted) && status >= 200, bytes, ended };
  // Without its own status an answer of gRPC is cut off, however orderly the stream ended.
  const grpcStatus = grpcStatusOf(head, tail);
  if (grpcStatus === undefined) return { status, complete: false, bytes, ended };
  return { status: asHttp(grpcStatus), grpcStatus, complete: whole, bytes, ended };
}
