import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { Verdict } from "../../src/model/types.ts";
import { BASE, connect } from "./engine-fixture.ts";
import { drainVerdict } from "./support/drained.ts";
import { tornado } from "./support/servers.ts";

/**
 * The slow route that is added from outside, in frameworks that no example and no planted fault uses. None of these
 * services has a route that reads a body, so this is the only way to hold a request.
 */

const TORNADO = `
import os
import tornado.web
class Health(tornado.web.RequestHandler):
    def get(self):
        self.write("ok")
`;

/** Behind a server of its own: where one is known, the route is added to the server. */
const PYRAMID = (onStop: string) => `
import os, signal, sys, threading
from socketserver import StreamRequestHandler, ThreadingTCPServer
from wsgiref.handlers import SimpleHandler
from pyramid.config import Configurator
from pyramid.response import Response
with Configurator() as config:
    config.add_route("health", "/health")
    config.add_view(lambda request: Response("ok"), route_name="health")
    app = config.make_wsgi_app()
class Handler(StreamRequestHandler):
    def handle(self):
        method, target, _ = self.rfile.readline().decode().split()
        while self.rfile.readline().strip():
            pass
        path, _, query = target.partition("?")
        place = {"SERVER_NAME": "pyramid", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.0"}
        asked = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
        SimpleHandler(self.rfile, self.wfile, sys.stderr, {**place, **asked}).run(app)
class Server(ThreadingTCPServer):
    daemon_threads = False
server = Server(("0.0.0.0", 8000), Handler)
stop = threading.Thread(target=server.shutdown)
signal.signal(signal.SIGTERM, lambda *_: ${onStop})
server.serve_forever()
server.server_close()
`;

const FRAMEWORKS = {
  tornado: {
    app: tornado(TORNADO, 'tornado.web.Application([("/health", Health)])'),
    waits: "stop.set()",
    packages: ["tornado==6.5.2"],
  },
  pyramid: { app: PYRAMID, waits: "stop.start()", packages: ["pyramid==2.0.2", "setuptools==80.9.0"] },
};

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

function verdictOn(name: keyof typeof FRAMEWORKS, onStop?: string): Promise<Verdict> {
  const { app, waits, packages } = FRAMEWORKS[name];
  return drainVerdict(engine, { app: app(onStop ?? waits), packages });
}

describe.each(Object.keys(FRAMEWORKS) as (keyof typeof FRAMEWORKS)[])("a request held in %s", (name) => {
  it("is answered by a service that waits for it", async () =>
    expect(await verdictOn(name)).toMatchObject({
      status: "pass",
      message: expect.stringContaining("GET /__seaworthy/slow") as string,
    }));

  it("is dropped by a service that ends at once", async () =>
    expect(await verdictOn(name, "os._exit(0)")).toMatchObject({
      status: "fail",
      message: expect.stringContaining("GET /__seaworthy/slow") as string,
    }));
});
