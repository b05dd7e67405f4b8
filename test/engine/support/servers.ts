/** Servers with an application of no framework that has one route, and what each does at SIGTERM to wait for its requests. */

export const SERVER_PACKAGES = [
  "granian==2.3.4",
  "cheroot==10.0.1",
  "waitress==3.0.2",
  "gevent==25.9.1",
  "gunicorn==23.0.0",
  "hypercorn==0.17.3",
  "aiohttp==3.12.15",
  "tornado==6.5.2",
  "twisted==25.5.0",
  "uvicorn==0.35.0",
  "daphne==4.2.1",
];

const WSGI = `
import os, signal, threading, time
def app(environ, start_response):
    start_response("200 OK" if environ["PATH_INFO"] == "/health" else "404 Not Found", [("Content-Length", "2")])
    return [b"ok"]
`;

const ASGI = `
import asyncio, os, signal
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200 if scope["path"] == "/health" else 404, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
`;

const RSGI = `
import os, signal
async def app(scope, protocol):
    protocol.response_str(200 if scope.path == "/health" else 404, [], "ok")
`;

/** Its own way to end hangs now and then, whoever stops it, so its healthy twin waits itself. */
const granian = (app: string, kind: string) => (onStop: string) =>
  `
${app}
import threading
from granian.server import Server
if __name__ == "__main__":
    server = Server("app:app", address="0.0.0.0", port=8000, interface="${kind}")
    class Stop:
        def __call__(self, *_):
            ${onStop}
    server.signal_handler_interrupt = Stop()
    server.serve()
`;

const hypercorn = (app: string, mode: string) => (onStop: string) =>
  `${app}
import asyncio
from hypercorn.asyncio import serve
from hypercorn.config import Config
config = Config()
config.bind, config.graceful_timeout = ["0.0.0.0:8000"], 5
async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: ${onStop})
    await serve(app, config, shutdown_trigger=stop.wait, mode="${mode}")
asyncio.run(main())
`;

/** @param handler What Tornado's server hands its requests to, an expression. */
export const tornado = (before: string, handler: string) => (onStop: string) =>
  `${before}
import asyncio, signal
from tornado.httpserver import HTTPServer
async def main():
    server = HTTPServer(${handler})
    server.listen(8000)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: ${onStop})
    await stop.wait()
    server.stop()
    await asyncio.sleep(3)
asyncio.run(main())
`;

/** Python's own server. @param atGet What it does first at a GET, in one line. */
export const httpServer = (onStop: string, atGet = "pass"): string => `
import os, signal, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        ${atGet}
        self.send_response(200 if self.path in ("/health", "/report") else 404)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
class Server(ThreadingHTTPServer):
    daemon_threads = False
server = Server(("0.0.0.0", 8000), Handler)
signal.signal(signal.SIGTERM, lambda *_: ${onStop})
server.serve_forever()
server.server_close()
`;
export const HTTP_SERVER_WAITS = "threading.Thread(target=server.shutdown).start()";

const TIMER = "threading.Timer(5, os._exit, [0]).start()";

interface Server {
  readonly app: (onStop: string) => string;
  readonly waits: string;
}

export const SERVERS = {
  "granian (ASGI)": { app: granian(ASGI, "asgi"), waits: TIMER },
  "granian (WSGI)": { app: granian(WSGI, "wsgi"), waits: TIMER },
  "granian (RSGI)": { app: granian(RSGI, "rsgi"), waits: TIMER },
  cheroot: {
    app: (onStop) => `${WSGI}
from cheroot.wsgi import Server
server = Server(("0.0.0.0", 8000), app)
signal.signal(signal.SIGTERM, lambda *_: ${onStop})
server.start()
`,
    waits: "threading.Thread(target=server.stop).start()",
  },
  // Its own way to end drops what is in flight, so its healthy twin waits itself.
  waitress: {
    app: (onStop) => `${WSGI}
from waitress.server import create_server
server = create_server(app, host="0.0.0.0", port=8000)
signal.signal(signal.SIGTERM, lambda *_: ${onStop})
server.run()
`,
    waits: TIMER,
  },
  // It waits for the requests of a pool alone.
  gevent: {
    app: (onStop) => `${WSGI}
import gevent
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer
server = WSGIServer(("0.0.0.0", 8000), app, spawn=Pool(100))
gevent.signal_handler(signal.SIGTERM, lambda: ${onStop})
server.serve_forever(stop_timeout=5)
`,
    waits: "server.stop(5)",
  },
  gunicorn: {
    app: (onStop) => `${WSGI}
from gunicorn.app.base import BaseApplication
class Application(BaseApplication):
    def load_config(self):
        self.cfg.set("bind", "0.0.0.0:8000")
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("worker_tmp_dir", "/dev/shm")
        self.cfg.set("post_worker_init", lambda worker: patch(worker))
    def load(self):
        return app
def patch(worker):
    waits = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, lambda *given: ${onStop})
Application().run()
`,
    waits: "waits(*given)",
  },
  "hypercorn (ASGI)": { app: hypercorn(ASGI, "asgi"), waits: "stop.set()" },
  "hypercorn (WSGI)": { app: hypercorn(WSGI, "wsgi"), waits: "stop.set()" },
  uvicorn: {
    app: (onStop) => `${ASGI}
import uvicorn
class Server(uvicorn.Server):
    def handle_exit(self, sig, frame):
        ${onStop}
Server(uvicorn.Config(app, host="0.0.0.0", port=8000, timeout_graceful_shutdown=5)).run()
`,
    waits: "super().handle_exit(sig, frame)",
  },
  // As its command line makes it. It drops what is in flight whatever it is told, so its healthy twin waits itself.
  daphne: {
    app: (onStop) => `${ASGI}
from twisted.internet import asyncioreactor
asyncioreactor.install()
from twisted.internet import reactor
from daphne.server import Server
server = Server(app, endpoints=["tcp:port=8000:interface=0.0.0.0"], signal_handlers=False)
def ready():
    signal.signal(signal.SIGTERM, lambda *_: reactor.callFromThread(lambda: ${onStop}))
reactor.callWhenRunning(ready)
server.run()
`,
    waits: "reactor.callLater(3, reactor.stop)",
  },
  "aiohttp (its server alone)": {
    app: (onStop) => `
import asyncio, os, signal
from aiohttp import web
async def handle(request):
    return web.Response(text="ok", status=200 if request.path == "/health" else 404)
async def main():
    server = web.Server(handle)
    runner = web.ServerRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "0.0.0.0", 8000)
    await site.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: ${onStop})
    await stop.wait()
    await site.stop()
    await asyncio.sleep(3)
    await runner.cleanup()
asyncio.run(main())
`,
    waits: "stop.set()",
  },
  "tornado (its server alone)": {
    app: tornado(`${WSGI}\nfrom tornado.wsgi import WSGIContainer`, "WSGIContainer(app)"),
    waits: "stop.set()",
  },
  // Its reactor drops what is in flight when it stops, so its healthy twin waits itself.
  twisted: {
    app: (onStop) => `
import os, signal
from twisted.internet import reactor
from twisted.web import resource, server
class Health(resource.Resource):
    isLeaf = True
    def render_GET(self, request):
        request.setResponseCode(200 if request.path == b"/health" else 404)
        return b"ok"
reactor.listenTCP(8000, server.Site(Health()))
def ready():
    signal.signal(signal.SIGTERM, lambda *_: reactor.callFromThread(lambda: ${onStop}))
reactor.callWhenRunning(ready)
reactor.run(installSignalHandlers=False)
`,
    waits: "reactor.callLater(3, reactor.stop)",
  },
  "http.server": { app: (onStop) => httpServer(onStop), waits: HTTP_SERVER_WAITS },
} satisfies Readonly<Record<string, Server>>;
