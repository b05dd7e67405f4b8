import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stopAnswersInFlight } from "../../src/checks/stop-answers-in-flight.ts";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { Verdict } from "../../src/model/types.ts";
import { drain } from "../../src/probes/drain.ts";
import { BASE, connect } from "./engine-fixture.ts";
import { pipInstall, withImage } from "./support/proof.ts";

/**
 * The slow route that is added from outside, in frameworks that no example and no planted fault uses. None of these
 * services has a route that reads a body, so this is the only way to hold a request.
 */

const TORNADO = (onStop: string) => `
import asyncio, os, signal
import tornado.httpserver, tornado.web
class Health(tornado.web.RequestHandler):
    def get(self):
        self.write("ok")
async def main():
    server = tornado.httpserver.HTTPServer(tornado.web.Application([("/health", Health)]))
    server.listen(8000)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: ${onStop})
    await stop.wait()
    server.stop()
    await asyncio.sleep(3)
asyncio.run(main())
`;

const PYRAMID = (onStop: string) => `
import os, signal, threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server
from pyramid.config import Configurator
from pyramid.response import Response
class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False
with Configurator() as config:
    config.add_route("health", "/health")
    config.add_view(lambda request: Response("ok"), route_name="health")
    server = make_server("0.0.0.0", 8000, config.make_wsgi_app(), server_class=Server)
stop = threading.Thread(target=server.shutdown)
signal.signal(signal.SIGTERM, lambda *_: ${onStop})
server.serve_forever()
server.server_close()
`;

/** An application of no framework. */
const PLAIN = `
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200 if scope["path"] == "/health" else 404, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
`;

const UVICORN = (onStop: string) => `
import os, signal
import uvicorn
${PLAIN}
class Server(uvicorn.Server):
    def handle_exit(self, sig, frame):
        ${onStop}
Server(uvicorn.Config(app, host="0.0.0.0", port=8000, timeout_graceful_shutdown=5)).run()
`;

const HYPERCORN = (onStop: string) => `
import asyncio, os, signal
from hypercorn.asyncio import serve
from hypercorn.config import Config
${PLAIN}
config = Config()
config.bind, config.graceful_timeout = ["0.0.0.0:8000"], 5
async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: ${onStop})
    await serve(app, config, shutdown_trigger=stop.wait)
asyncio.run(main())
`;

/** As its command line makes it. It drops what is in flight whatever it is told, so its healthy twin waits itself. */
const DAPHNE = (onStop: string) => `
import os, signal
from twisted.internet import asyncioreactor
asyncioreactor.install()
from twisted.internet import reactor
from daphne.server import Server
${PLAIN}
server = Server(app, endpoints=["tcp:port=8000:interface=0.0.0.0"], signal_handlers=False)
def ready():
    signal.signal(signal.SIGTERM, lambda *_: reactor.callFromThread(lambda: ${onStop}))
reactor.callWhenRunning(ready)
server.run()
`;

const FRAMEWORKS = {
  tornado: { app: TORNADO, waits: "stop.set()", install: ["tornado==6.5.2"] },
  pyramid: { app: PYRAMID, waits: "stop.start()", install: ["pyramid==2.0.2", "setuptools==80.9.0"] },
  uvicorn: { app: UVICORN, waits: "super().handle_exit(sig, frame)", install: ["uvicorn==0.35.0"] },
  hypercorn: { app: HYPERCORN, waits: "stop.set()", install: ["hypercorn==0.17.3"] },
  daphne: { app: DAPHNE, waits: "reactor.callLater(3, reactor.stop)", install: ["daphne==4.2.1"] },
};

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

function verdictOn(name: keyof typeof FRAMEWORKS, onStop?: string): Promise<Verdict> {
  const { app, waits, install } = FRAMEWORKS[name];
  const files = {
    Dockerfile: `FROM ${BASE}\n${pipInstall(...install)}COPY app.py /\nUSER 1001:1001\nCMD ["python3", "-u", "/app.py"]\n`,
    "app.py": app(onStop ?? waits),
  };
  return withImage({ engine, files }, (proof) => proof.of(stopAnswersInFlight, drain));
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
