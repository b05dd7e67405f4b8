import { AFTER_IMPORT } from "./after-import.ts";
import { SERVER_HOOK } from "./server-hook.ts";

/**
 * Python that stands before the routes of a service: each request is shown to `decide(path, query)`, which gives None to
 * let it pass, or the seconds to wait and the status to answer with.
 * @param decide Python that defines `decide`.
 */
export function frameworkHook(decide: string): string {
  return `${decide}\n${AFTER_IMPORT}${HOOK}${SERVER_HOOK}${PATCHES}`;
}

/** The places where frameworks take a request, and what stands before it there. */
const HOOK: string = `
import asyncio, time

BODY = b"seaworthy: answered"
PLACES = {
    "starlette.applications": [("Starlette", "__call__", "asgi")],
    "litestar.app": [("Litestar", "__call__", "asgi")],
    "quart.app": [("Quart", "__call__", "asgi")],
    "falcon.asgi.app": [("App", "__call__", "asgi")],
    "django.core.handlers.asgi": [("ASGIHandler", "__call__", "asgi")],
    "django.core.handlers.wsgi": [("WSGIHandler", "__call__", "wsgi")],
    "flask.app": [("Flask", "wsgi_app", "wsgi")],
    "falcon.app": [("App", "__call__", "wsgi")],
    "bottle": [("Bottle", "wsgi", "wsgi")],
    "sanic.app": [("Sanic", "_startup", "sanic")],
    "aiohttp.web_app": [("Application", "_handle", "aiohttp")],
    "pyramid.router": [("Router", "__call__", "wsgi")],
    "tornado.web": [("RequestHandler", "_execute", "tornado")],
}

# A server that is told the prefix of a proxy puts it before the path.
def own_path(scope):
    path, prefix = scope.get("path") or "", scope.get("root_path") or ""
    return path[len(prefix):] if prefix and path.startswith(prefix + "/") else path

def asgi(original):
    async def call(self, scope, receive, send, *more):
        http = scope.get("type") == "http"
        decided = http and decide(own_path(scope), scope.get("query_string", b"").decode("latin-1"))
        if decided:
            await asyncio.sleep(decided[0])
            headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(BODY)).encode())]
            await send({"type": "http.response.start", "status": decided[1], "headers": headers})
            await send({"type": "http.response.body", "body": BODY})
            return
        await original(self, scope, receive, send, *more)
    return call

def wsgi(original, pause=None):
    def call(self, environ, start_response):
        decided = decide(environ.get("PATH_INFO"), environ.get("QUERY_STRING", ""))
        if decided:
            (pause or time.sleep)(decided[0])
            line = "%d seaworthy" % decided[1]
            start_response(line, [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))])
            return [BODY]
        return original(self, environ, start_response)
    return call

# Sanic rewrites its method that takes a request from the source, while it starts: what stands before it comes after that.
def sanic(original):
    async def start(self, *args, **kwargs):
        await original(self, *args, **kwargs)
        owner = next(one for one in type(self).__mro__ if "handle_request" in vars(one))
        if not hasattr(owner.handle_request, "seaworthy"):
            owner.handle_request = sanic_request(owner.handle_request)
    return start

def sanic_request(original):
    async def call(self, request, *args, **kwargs):
        decided = decide(request.path, request.query_string)
        if not decided:
            return await original(self, request, *args, **kwargs)
        from sanic.response import raw
        await asyncio.sleep(decided[0])
        answer = await request.respond(raw(BODY, status=decided[1], content_type="text/plain"))
        await answer.send(end_stream=True)
    call.seaworthy = True
    return call

def aiohttp(original):
    async def call(self, request):
        decided = decide(request.path, request.query_string)
        if decided:
            from aiohttp.web import Response
            await asyncio.sleep(decided[0])
            return Response(body=BODY, status=decided[1], content_type="text/plain")
        return await original(self, request)
    return call

# What no route of it matches has a handler too.
def tornado(original):
    async def call(self, transforms, *args, **kwargs):
        decided = decide(self.request.path, self.request.query)
        if not decided:
            return await original(self, transforms, *args, **kwargs)
        self._transforms = transforms
        await asyncio.sleep(decided[0])
        self.set_status(decided[1])
        self.set_header("Content-Type", "text/plain")
        await self.finish(BODY)
    return call

WRAPPERS = {"asgi": asgi, "wsgi": wsgi, "sanic": sanic, "aiohttp": aiohttp, "tornado": tornado}
`;

/** Each place is patched as soon as the service imports its module. */
const PATCHES: string = `
def patch(module):
    for owner, method, kind in PLACES[module.__name__]:
        found = getattr(module, owner, None) if owner else module
        if found is not None and hasattr(found, method):
            setattr(found, method, WRAPPERS[kind](getattr(found, method)))

after_import(PLACES, patch)
`;
