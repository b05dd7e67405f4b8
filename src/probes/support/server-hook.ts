/**
 * Python that stands where a server takes a request, or hands it to an application of no framework that is known. Part of
 * the framework hook, whose `asgi`, `wsgi`, `aiohttp`, `decide` and `BODY` it uses.
 */
export const SERVER_HOOK: string = `
SERVERS = {
    "gunicorn.workers.base": [("Worker", "load_wsgi", "gunicorn")],
    "uvicorn.config": [("Config", "load", "uvicorn")],
    "hypercorn.app_wrappers": [("ASGIWrapper", "__call__", "asgi"), ("WSGIWrapper", "__init__", "hypercorn_wsgi")],
    "daphne.server": [("Server", "__init__", "daphne")],
    "granian.asgi": [("", "_callback_wrapper", "granian_asgi")],
    "granian.rsgi": [("", "_callback_wrapper", "granian_rsgi")],
    "granian.wsgi": [("", "_callback_wrapper", "granian_wsgi")],
    "cheroot.wsgi": [("Server", "__init__", "cheroot")],
    "waitress.server": [("BaseWSGIServer", "__init__", "waitress")],
    "gevent.pywsgi": [("WSGIServer", "__init__", "gevent")],
    "aiohttp.web_server": [("Server", "__init__", "aiohttp_server")],
    "tornado.httpserver": [("_CallableAdapter", "finish", "tornado_server")],
    "twisted.web.server": [("Request", "process", "twisted")],
    "http.server": [("BaseHTTPRequestHandler", "parse_request", "http_server")],
}

def before_asgi(application):
    takes = asgi(lambda _, *given: application(*given))
    async def app(scope, receive, send):
        await takes(None, scope, receive, send)
    return app

def before_wsgi(application, pause=None):
    if application is None:
        return None
    takes = wsgi(lambda _, *given: application(*given), pause)
    def app(environ, start_response):
        return takes(None, environ, start_response)
    return app

def before_rsgi(application):
    async def app(scope, protocol):
        decided = scope.proto == "http" and decide(scope.path, scope.query_string)
        if not decided:
            return await application(scope, protocol)
        await asyncio.sleep(decided[0])
        protocol.response_bytes(decided[1], [("content-type", "text/plain")], BODY)
    return app

def before_aiohttp(handler):
    takes = aiohttp(lambda _, request: handler(request))
    async def app(request):
        return await takes(None, request)
    return app

# The loop of gevent stands still while time.sleep does, unless the service has patched that.
def before_gevent(application):
    from gevent import sleep
    return before_wsgi(application, sleep)

# The application is an attribute of what has been made, or has loaded it.
def attribute(name, before):
    def wrapper(original):
        def init(self, *args, **kwargs):
            original(self, *args, **kwargs)
            setattr(self, name, before(getattr(self, name)))
        return init
    return wrapper

# The application is the first argument of a function.
def argument(before):
    return lambda original: lambda application, *more, **named: original(before(application), *more, **named)

# Workers of other packages take other things for an application.
def gunicorn(original):
    taking = {"gunicorn.workers.sync", "gunicorn.workers.gthread", "gunicorn.workers.base_async"}
    def load(self, *args, **kwargs):
        original(self, *args, **kwargs)
        if taking.intersection(kind.__module__ for kind in type(self).__mro__):
            self.wsgi = before_wsgi(self.wsgi)
    return load

def tornado_server(original):
    def finish(self):
        request = self.request
        decided = decide(request.path, request.query)
        if not decided:
            return original(self)
        from tornado.httputil import HTTPHeaders, ResponseStartLine
        async def answer():
            await asyncio.sleep(decided[0])
            head = HTTPHeaders({"Content-Type": "text/plain", "Content-Length": str(len(BODY))})
            request.connection.write_headers(ResponseStartLine("HTTP/1.1", decided[1], "seaworthy"), head, BODY)
            request.connection.finish()
        # Of a task that nobody holds nothing may be left.
        request.seaworthy = asyncio.ensure_future(answer())
    return finish

def twisted(original):
    def process(self):
        path, _, query = self.uri.decode("latin-1").partition("?")
        decided = decide(path, query)
        if not decided:
            return original(self)
        from twisted.internet import reactor
        gone = []
        self.notifyFinish().addErrback(gone.append)
        def answer():
            if gone:
                return
            self.setResponseCode(decided[1])
            self.setHeader(b"content-type", b"text/plain")
            self.setHeader(b"content-length", str(len(BODY)).encode())
            self.write(BODY)
            self.finish()
        reactor.callLater(decided[0], answer)
    return process

# It has read the head of the request, and looks for its method next.
def http_server(original):
    def parse(self):
        if not original(self):
            return False
        path, _, query = self.path.partition("?")
        decided = decide(path, query)
        if not decided:
            return True
        time.sleep(decided[0])
        self.send_response(decided[1])
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)
        self.wfile.flush()
        return False
    return parse

WRAPPERS.update({
    "gunicorn": gunicorn,
    "uvicorn": attribute("loaded_app", before_asgi),
    "hypercorn_wsgi": attribute("app", before_wsgi),
    "daphne": attribute("application", before_asgi),
    "granian_asgi": argument(before_asgi),
    "granian_rsgi": argument(before_rsgi),
    "granian_wsgi": argument(before_wsgi),
    "cheroot": attribute("wsgi_app", before_wsgi),
    "waitress": attribute("application", before_wsgi),
    "gevent": attribute("application", before_gevent),
    "aiohttp_server": attribute("request_handler", before_aiohttp),
    "tornado_server": tornado_server,
    "twisted": twisted,
    "http_server": http_server,
})
PLACES.update(SERVERS)
`;
