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
  const state: State = { head: {}, tail: {}, bytes: 0, whole: false, ended: "open", continued: false, read: false };
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
  stream.on("close", () => end(ENDS[stream.rstCode ?? 0] ?? "reset"));
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
  ended: RawAnswer["ended"];
  continued: boolean;
  /** It has read what was sent first. */
  read: boolean;
}

const ENDS: Readonly<Record<number, RawAnswer["ended"]>> = {
  [constants.NGHTTP2_NO_ERROR]: "closed",
  [constants.NGHTTP2_REFUSED_STREAM]: "refused",
};

function answerOf({ head, tail, bytes, whole, ended }: State): RawAnswer {
  const status = Number(head[":status"] ?? 0);
  // Hypercorn closes a connection behind the last byte of an answer, before it says that the stream is over: clients
  // that count, such as curl, have all of it.
  const counted = ended !== "open" && head["content-length"] === String(bytes);
  if (!isGrpc(head)) return { status, complete: (whole || counted) && status >= 200, bytes, ended };
  // Without its own status an answer of gRPC is cut off, however orderly the stream ended.
  const grpcStatus = grpcStatusOf(head, tail);
  if (grpcStatus === undefined) return { status, complete: false, bytes, ended };
  return { status: asHttp(grpcStatus), grpcStatus, complete: whole, bytes, ended };
}
