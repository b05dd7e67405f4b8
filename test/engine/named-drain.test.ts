import { afterAll, beforeAll, expect, it } from "vitest";
import { stopAnswersInFlight } from "../../src/checks/stop-answers-in-flight.ts";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { Verdict } from "../../src/model/types.ts";
import { drain } from "../../src/probes/drain.ts";
import { BASE, buildFolder, connect, soon } from "./engine-fixture.ts";

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

async function verdictOn(onStop: string, report = "time.sleep(4)"): Promise<Verdict> {
  await using folder = await buildFolder({
    Dockerfile: `FROM ${BASE}\nCOPY app.py /app.py\nUSER 1001:1001\nCMD ["python3", "-u", "/app.py"]\n`,
    "app.py": app(onStop, report),
  });
  const request = folder.request();
  await using image = {
    ...(await engine.build(request)).image,
    [Symbol.asyncDispose]: () => engine.removeImage(request.tag),
  };
  const contract = {
    ...exampleContract,
    drain: { method: "GET" as const, path: "/report" },
    signals: { stop: "SIGTERM", graceSeconds: 8 },
  };
  const service = { routes: [], frameworks: [] } as never;
  const context = { engine, image, service, contract, build: undefined, evidenceDirectory: folder.path, shared: {} };
  const data = await drain.collect({ ...context, signal: soon() });
  return stopAnswersInFlight.judge(data, { contract, service, side: "after", before: undefined });
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
