import type { StartOptions } from "../../engine/engine.ts";
import type { Image } from "../../model/types.ts";
import { injected } from "./inject.ts";

/** Path of the route that the injected file adds. */
export const SLOW_PATH = "/__seaworthy/slow";
/** What that route answers, after `seconds`. */
const SLOW_BODY = "seaworthy: answered";

/** How to start an image with a slow route added to it from outside. */
export function slowRoute(
  image: Image,
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<Pick<StartOptions, "mounts" | "env">> {
  return injected(image, { directory, name: "slow-route", script: ROUTE }, env);
}

/** Patches the place where a framework takes a request, as soon as the service imports that framework. */
const ROUTE: string = `
import asyncio, importlib.util, sys, time
from urllib.parse import parse_qs

PATH = ${JSON.stringify(SLOW_PATH)}
BODY = ${JSON.stringify(SLOW_BODY)}.encode()
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
}

def seconds(query):
    try:
        return min(30.0, float(parse_qs(query)["seconds"][0]))
    except (KeyError, ValueError):
        return 1.0

def asgi(original):
    async def call(self, scope, receive, send):
        if scope.get("type") == "http" and scope.get("path") == PATH:
            await asyncio.sleep(seconds(scope.get("query_string", b"").decode("latin-1")))
            headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(BODY)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": BODY})
            return
        await original(self, scope, receive, send)
    return call

def wsgi(original):
    def call(self, environ, start_response):
        if environ.get("PATH_INFO") == PATH:
            time.sleep(seconds(environ.get("QUERY_STRING", "")))
            start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))])
            return [BODY]
        return original(self, environ, start_response)
    return call

def patch(module):
    for owner, method, kind in PLACES[module.__name__]:
        found = getattr(module, owner, None)
        if found is not None and hasattr(found, method):
            setattr(found, method, (asgi if kind == "asgi" else wsgi)(getattr(found, method)))

class Finder:
    """Finds nothing itself: it lets the others find, and patches what they loaded."""
    def find_spec(self, name, path=None, target=None):
        if name not in PLACES:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module
        def exec_module(module):
            load(module)
            patch(module)
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
`;
