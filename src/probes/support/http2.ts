import { connect, type IncomingHttpHeaders } from "node:http2";
import { timeLimit } from "../../kit/time-limit.ts";
import { asHttp, EMPTY, GRPC_HEADERS, GRPC_HEALTH, grpcStatusOf, isGrpc } from "./grpc.ts";
import { type Answer, type Ask, openAfterMs } from "./http.ts";

/** Asks once over HTTP/2, on a connection of its own.
 * @throws Error when nothing came in time, or the other side speaks something else. */
export function ask2(url: URL, options: Ask): Promise<Answer & { readonly grpcStatus?: number }> {
  const timeout = AbortSignal.any([options.signal, timeLimit(options.timeoutMs)]);
  const session = connect(url.origin, { rejectUnauthorized: false });
  return new Promise<Answer & { readonly grpcStatus?: number }>((resolve, reject) => {
    const cut = () => reject(timeout.reason as Error);
    if (timeout.aborted) return cut();
    timeout.addEventListener("abort", cut, { once: true });
    session.once("error", reject);
    session.once("close", () => reject(new Error("The connection was closed.")));
    const stream = session.request({
      ":method": options.method ?? "GET",
      ":path": `${url.pathname}${url.search}`,
      accept: "*/*",
      "user-agent": "seaworthy",
      ...options.headers,
    });
    const chunks: Buffer[] = [];
    let head: IncomingHttpHeaders = {};
    let at = 0;
    let tail: IncomingHttpHeaders = {};
    const most = options.keepBytes ?? 65_536;
    const done = (open: boolean) => {
      // A connection that just ends, as the engine's proxy lets it, ends the stream as well.
      if (head[":status"] === undefined) return reject(new Error("The connection was closed without an answer."));
      const grpcStatus = grpcStatusOf(head, tail);
      const location = head["location"];
      resolve({
        status: Number(head[":status"] ?? 0),
        contentType: textOf(head["content-type"]),
        ...(location === undefined ? {} : { location: textOf(location) }),
        body: Buffer.concat(chunks).subarray(0, most),
        open,
        at,
        ...(grpcStatus === undefined ? {} : { grpcStatus }),
      });
    };
    stream.once("response", (headers) => {
      head = headers;
      at = performance.now();
      setTimeout(() => done(true), openAfterMs(options)).unref();
    });
    stream.once("trailers", (headers) => (tail = headers));
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (chunks.reduce((sum, { length }) => sum + length, 0) >= most) done(false);
    });
    stream.once("error", reject);
    stream.once("end", () => done(false));
    stream.end(options.body);
  }).finally(() => session.destroy());
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** `SERVING` in a HealthCheckResponse. */
const SERVING = Buffer.from([0x08, 0x01]);

/**
 * Asks the health service of gRPC.
 * @returns the answer with the status that HTTP has for it: 200 serving, 503 not serving, 404 without such a service;
 * undefined of what answers, and not as gRPC does.
 */
export async function askGrpcHealth(url: URL, options: Ask): Promise<Answer | undefined> {
  const { signal, timeoutMs } = options;
  const answer = await ask2(new URL(GRPC_HEALTH, url), {
    method: "POST",
    headers: GRPC_HEADERS,
    body: EMPTY,
    signal,
    timeoutMs,
  });
  if (!isGrpc({ "content-type": answer.contentType })) return undefined;
  const said = asHttp(answer.grpcStatus ?? 0);
  const serves = said !== 200 || answer.body.subarray(5).includes(SERVING);
  return { ...answer, status: serves ? said : 503 };
}
