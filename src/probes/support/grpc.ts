import type { IncomingHttpHeaders } from "node:http2";

/** Where gRPC's own health service answers. */
export const GRPC_HEALTH = "/grpc.health.v1.Health/Check";
/** Where the same goes on saying how it is. */
export const GRPC_WATCH = "/grpc.health.v1.Health/Watch";
/** A message without a field, in gRPC's frame: the health of the server as a whole. */
export const EMPTY = "\0\0\0\0\0";
/** The same with its one field written out, which is empty, in two halves. */
export const HALVES = ["\0\0\0\0\x02\x0A", "\0"] as const;
export const GRPC_HEADERS = { "content-type": "application/grpc", te: "trailers" } as const;

/** What HTTP answers where gRPC says so, by the table that gRPC's documentation has. */
const AS_HTTP: Readonly<Record<number, number>> = { 0: 200, 5: 404, 7: 403, 12: 404, 14: 503, 16: 401 };

export const asHttp = (status: number): number => AS_HTTP[status] ?? 500;

/** What a call ended with: told behind the answer, or in its head where there is nothing else. */
export function grpcStatusOf(head: IncomingHttpHeaders, tail: IncomingHttpHeaders): number | undefined {
  const own = tail["grpc-status"] ?? head["grpc-status"];
  return own === undefined ? undefined : Number(own);
}

export const isGrpc = ({ "content-type": type }: IncomingHttpHeaders): boolean =>
  type?.startsWith("application/grpc") === true;
