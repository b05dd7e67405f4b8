import { openConnections, type OpenConnections } from "../probes/open-connections.ts";
import type { Check } from "./check.ts";
import { stillThere } from "./support/open-connections-example.ts";
import { fail, pass, unproven } from "./support/verdicts.ts";
import { codeInWords, exampleWebSocket, heldWebSocket, webSocketExamples } from "./support/websocket.ts";

export const stopClosesWebsockets: Check<OpenConnections> = {
  id: "stop-closes-websockets",
  severity: "note",
  title: "An open WebSocket is ended with a close frame after SIGTERM",
  why: "The code of a close frame (1001 going away, 1012 service restart) tells a client that it may come back at once. A connection that is just cut looks like a broken network: clients report an error and wait before they try again.",
  source:
    "RFC 6455, sections 5.5.1 and 7.4.1; seaworthy: of nine servers uvicorn says 1012, websockets 1001, sanic 1000, hypercorn 1011 (on Python 3.11); daphne, granian and tornado cut the connection",
  whenItFails: {
    symptom: "At every deployment clients log an abnormal closure (1006), and are gone for as long as they back off.",
    cause:
      "The server closes the connection below the WebSocket, as daphne, granian and tornado do, or is killed first.",
    remedy:
      "Close the WebSockets when the shutdown begins, with code 1001 or 1012, or use a server that does (uvicorn).",
  },
  needs: openConnections,
  of: ["server"],
  examples: [
    {
      name: "says that it restarts",
      data: exampleWebSocket({ code: 1012, connection: "closed" }),
      status: "pass",
      says: "1012, service restart",
    },
    {
      name: "says a code of its own, and waits on",
      data: exampleWebSocket({ code: 4000, connection: "closed" }, stillThere),
      status: "pass",
    },
    {
      name: "cuts the connection",
      data: exampleWebSocket({ connection: "reset" }),
      status: "fail",
      says: "without a close frame",
    },
    {
      name: "says nothing until it is killed",
      data: exampleWebSocket({ connection: "open" }, stillThere),
      status: "fail",
      says: "30 s",
    },
    { name: "nobody saw it end", data: exampleWebSocket({ connection: "open" }), status: "unproven" },
    ...webSocketExamples,
  ],
  judge(seen) {
    const held = heldWebSocket(seen);
    if ("status" in held) return held;
    const { path, stop, end } = held;
    const what = `After ${stop.signal} the WebSocket on ${path}`;
    if (end.code !== undefined) return pass(`${what} was ended with a close frame (${codeInWords(end.code)}).`);
    if (end.connection !== "open")
      return fail(`${what} was cut off without a close frame: its client sees a broken connection (1006).`);
    if (stop.exit === undefined)
      return fail(
        `${what} got no close frame within ${seen.graceSeconds} s, so it would be cut off when it is killed.`,
      );
    return unproven(`${what} was not seen to end here, although the service had ended: run it again.`);
  },
};
