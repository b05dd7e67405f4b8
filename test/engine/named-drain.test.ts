import { afterAll, beforeAll, expect, it } from "vitest";
import { stopAnswersInFlight } from "../../src/checks/stop-answers-in-flight.ts";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { Verdict } from "../../src/model/types.ts";
import { drain } from "../../src/probes/drain.ts";
import { BASE, connect } from "./engine-fixture.ts";
import { withImage } from "./support/proof.ts";

/** A slow route that the team names itself: `drain: { path }` in seaworthy.yaml. No route of it reads a body. */
const app = (onStop: string, report: string) => `
import os, signal, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/report":
            ${report}
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
class Server(ThreadingHTTPServer):
    daemon_threads = False
server = Server(("0.0.0.0", 8000), Handler)
signal.signal(signal.SIGTERM, lambda *_: ${onStop})
server.serve_forever()
server.server_close()
`;
const WAITS = "threading.Thread(target=server.shutdown).start()";

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

function verdictOn(onStop: string, report = "time.sleep(4)"): Promise<Verdict> {
  const files = {
    Dockerfile: `FROM ${BASE}\nCOPY app.py /app.py\nUSER 1001:1001\nCMD ["python3", "-u", "/app.py"]\n`,
    "app.py": app(onStop, report),
  };
  return withImage({ engine, files, contract: { drain: { method: "GET", path: "/report" } } }, (proof) =>
    proof.of(stopAnswersInFlight, drain),
  );
}

it("is answered by a service that waits for it", async () => {
  expect(await verdictOn(WAITS)).toMatchObject({
    status: "pass",
    message: expect.stringContaining("GET /report, which seaworthy.yaml names as slow") as string,
  });
});

it("is dropped by a service that ends at once", async () =>
  expect(await verdictOn("os._exit(0)")).toMatchObject({ status: "fail" }));

it("proves nothing when it is not slow", async () =>
  expect(verdictOn(WAITS, "pass")).rejects.toMatchObject({ code: "probe/slow-route-quick" }));
