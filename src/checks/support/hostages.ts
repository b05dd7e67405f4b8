import type { Verdict } from "../../model/types.ts";
import type { OpenConnections } from "../../probes/open-connections.ts";
import { exitProblem } from "./exit.ts";
import { fail } from "./verdicts.ts";

/** What is wrong with the end of a service that had an open connection of this kind. */
export function hostageProblem(seen: OpenConnections, kind: keyof OpenConnections["stops"]): Verdict | undefined {
  const { stops, graceSeconds } = seen;
  const stop = stops[kind];
  if (stop === undefined) return undefined;
  const open = {
    idle: "a connection open on which no byte was sent",
    "keep-alive": "a connection kept alive after its answer",
    stream: `${streamOf(seen)} streaming`,
    websocket: `a WebSocket open on ${seen.webSocket?.path}`,
  };
  return exitProblem({ ...stop, graceSeconds }, `After ${stop.signal}, with ${open[kind]},`);
}

/** With nothing open it stays as well: whatever is open then changes nothing for the better. */
export const doesNotEnd = ({ graceSeconds }: OpenConnections): Verdict =>
  fail(`It does not end within ${graceSeconds} s with nothing open either, so it does not with connections.`);

/** For a verdict: what goes on answering. */
export const streamOf = ({ stream, grpc }: OpenConnections): string =>
  grpc === true ? "gRPC's Health/Watch" : `GET ${stream}`;
