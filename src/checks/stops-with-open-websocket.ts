import { formatMilliseconds } from "../kit/units.ts";
import { openConnections, type OpenConnections } from "../probes/open-connections.ts";
import type { Check } from "./check.ts";
import { stillThere } from "./support/open-connections-example.ts";
import { hostageProblem } from "./support/hostages.ts";
import { pass } from "./support/verdicts.ts";
import { exampleWebSocket, heldWebSocket, webSocketExamples } from "./support/websocket.ts";

export const stopsWithOpenWebsocket: Check<OpenConnections> = {
  id: "stops-with-open-websocket",
  severity: "warning",
  title: "An open WebSocket does not keep the service from ending after SIGTERM",
  why: "A browser keeps its WebSocket open for hours. A server that waits until its client goes is killed at the end of the grace period, with everything else it still had to do.",
  source:
    "seaworthy: stops measured with nine servers; an open WebSocket holds aiohttp, gunicorn's threads and, on Python 3.13, hypercorn beyond the grace period, and uvicorn where its handler waits for something else",
  whenItFails: {
    symptom: "While somebody has the page open, stopping takes the whole grace period and the exit code is 137.",
    cause: "The server waits for the handler of each WebSocket, and nothing ends that.",
    remedy:
      "Close the WebSockets when the shutdown begins (aiohttp: in `on_shutdown`, with code 1001), or give the server a limit below the grace period (uvicorn: --timeout-graceful-shutdown; aiohttp: shutdown_timeout).",
  },
  needs: openConnections,
  of: ["server"],
  examples: [
    {
      name: "ends, and says so",
      data: exampleWebSocket({ code: 1012, connection: "closed" }),
      status: "pass",
      says: "on /ws",
    },
    { name: "ends, and cuts it", data: exampleWebSocket({ connection: "closed" }), status: "pass" },
    {
      name: "waits until its client goes",
      data: exampleWebSocket({ connection: "open" }, stillThere),
      status: "fail",
      says: "with a WebSocket open on /ws",
    },
    {
      name: "says goodbye, and waits on",
      data: exampleWebSocket({ code: 1012, connection: "closed" }, stillThere),
      status: "fail",
    },
    {
      name: "late on a busy machine",
      data: exampleWebSocket({ code: 1001, connection: "closed" }, { milliseconds: 31_000, busy: true }),
      status: "unproven",
    },
    ...webSocketExamples,
  ],
  judge(seen) {
    const held = heldWebSocket(seen);
    if ("status" in held) return held;
    const { path, stop } = held;
    return (
      hostageProblem(seen, "websocket") ??
      pass(
        `Exit ${stop.exit?.code} ${formatMilliseconds(stop.milliseconds)} after ${stop.signal} while a WebSocket was open on ${path}.`,
      )
    );
  },
};
