import { counted } from "../kit/text.ts";
import { formatMilliseconds } from "../kit/units.ts";
import { openConnections, type OpenConnections } from "../probes/open-connections.ts";
import type { Check } from "./check.ts";
import { endedInTime, exampleOpen, stillThere } from "./support/open-connections-example.ts";
import { doesNotEnd, hostageProblem, streamOf } from "./support/hostages.ts";
import { notApplicable, pass, unproven } from "./support/verdicts.ts";

export const stopsWithOpenStream: Check<OpenConnections> = {
  id: "stops-with-open-stream",
  severity: "warning",
  title: "An open stream does not keep the service from ending after SIGTERM",
  why: "A client of server-sent events stays for hours. A server that waits for the end of its answer is killed with everything else it still had to do.",
  source: "seaworthy: stops measured with eight servers; an endless answer holds uvicorn and granian for ever",
  whenItFails: {
    symptom: "While somebody listens to the stream, stopping takes the whole grace period and the exit code is 137.",
    cause: "The server waits without a limit for answers that do not end.",
    remedy:
      "Give the server a limit below the grace period (uvicorn: --timeout-graceful-shutdown), or end the stream when the shutdown begins.",
  },
  needs: openConnections,
  of: ["server"],
  examples: [
    { name: "ends", data: exampleOpen, status: "pass" },
    { name: "waits for ever", data: { ...exampleOpen, stops: { stream: stillThere } }, status: "fail" },
    { name: "no route streams", data: { ...exampleOpen, stream: undefined, stops: {} }, status: "not-applicable" },
    { name: "ends while it is watched over gRPC", data: { ...exampleOpen, grpc: true }, status: "pass" },
    {
      name: "gRPC without a health service",
      data: { ...exampleOpen, grpc: true, stream: undefined, stops: {} },
      status: "not-applicable",
    },
    {
      name: "the stream ended before",
      data: { ...exampleOpen, stops: { stream: { ...endedInTime, held: false } } },
      status: "unproven",
    },
  ],
  judge(seen) {
    const { stream, routesAsked, stops } = seen;
    if (stream === undefined && seen.grpc === true)
      return notApplicable("It speaks gRPC, and has no health service whose Watch goes on answering.");
    if (stream === undefined)
      return notApplicable(
        `Of ${counted(routesAsked, "GET route")} that can be asked without parameters none answers with a stream.`,
      );
    if (seen.endsWhenIdle === false) return doesNotEnd(seen);
    const stop = stops.stream;
    if (stop?.held !== true)
      return unproven(`The stream of ${streamOf(seen)} had ended before the service was stopped.`);
    const problem = hostageProblem(seen, "stream");
    if (problem !== undefined) return problem;
    return pass(
      `Exit ${stop.exit?.code} ${formatMilliseconds(stop.milliseconds)} after ${stop.signal} while ${streamOf(seen)} was streaming.`,
    );
  },
};
