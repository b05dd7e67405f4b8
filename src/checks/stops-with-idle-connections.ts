import { formatMilliseconds } from "../kit/units.ts";
import { openConnections, type OpenConnections } from "../probes/open-connections.ts";
import type { Check } from "./check.ts";
import { endedInTime, exampleOpen, stillThere } from "./support/open-connections-example.ts";
import { doesNotEnd, hostageProblem } from "./support/hostages.ts";
import { pass, unproven } from "./support/verdicts.ts";

export const stopsWithIdleConnections: Check<OpenConnections> = {
  id: "stops-with-idle-connections",
  severity: "warning",
  title: "Idle connections do not keep the service from ending after SIGTERM",
  why: "Load balancers open connections before they need them and keep used ones. A server that waits for their next byte is killed at the end of the grace period, at every deployment.",
  source: "seaworthy: stops measured with eight servers; one idle connection holds gunicorn's sync worker beyond 10 s",
  whenItFails: {
    symptom: "Behind the load balancer stopping takes the whole grace period; on a laptop it takes no time.",
    cause: "A worker reads from a connection on which nothing was sent, and nothing interrupts it.",
    remedy: "Use a server that closes idle connections when it stops, or a worker class that does (gthread, uvicorn).",
  },
  needs: openConnections,
  of: ["server"],
  examples: [
    { name: "ends", data: exampleOpen, status: "pass" },
    {
      name: "closes each connection after its answer",
      data: { ...exampleOpen, stops: { ...exampleOpen.stops, "keep-alive": { ...endedInTime, held: false } } },
      status: "pass",
    },
    { name: "waits for the first byte", data: { ...exampleOpen, stops: { idle: stillThere } }, status: "fail" },
    {
      name: "waits for the next request",
      data: { ...exampleOpen, stops: { ...exampleOpen.stops, "keep-alive": stillThere } },
      status: "fail",
    },
    {
      name: "late on a busy machine",
      data: {
        ...exampleOpen,
        stops: { idle: { ...endedInTime, milliseconds: 31_000, busy: true } },
      },
      status: "unproven",
    },
    {
      name: "closes idle connections at once",
      data: { ...exampleOpen, stops: { idle: { ...endedInTime, held: false } } },
      status: "pass",
    },
    { name: "does not end at all", data: { ...exampleOpen, stops: {}, endsWhenIdle: false }, status: "fail" },
    { name: "nothing was seen", data: { ...exampleOpen, stops: {} }, status: "unproven" },
  ],
  judge(seen) {
    const { idle, "keep-alive": kept } = seen.stops;
    if (seen.endsWhenIdle === false) return doesNotEnd(seen);
    if (idle === undefined) return unproven("The service was not stopped with an idle connection open.");
    const problem = hostageProblem(seen, "idle") ?? hostageProblem(seen, "keep-alive");
    if (problem !== undefined) return problem;
    const held = [
      idle.held
        ? "with a connection open on which no byte was sent"
        : "and it closes connections on which no byte is sent",
      kept?.held === true ? "with one kept alive after its answer" : "and it keeps none alive after its answer",
    ];
    return pass(
      `Exit ${idle.exit?.code} ${formatMilliseconds(idle.milliseconds)} after ${idle.signal} ${held.join(", ")}.`,
    );
  },
};
