/** What the code calls where it declares routes, and words of files that may. */
export const METHODS = new Set(["get", "post", "put", "patch", "delete", "head", "options", "websocket"]);
export const GENERIC = new Set([
  "route",
  "api_route",
  "view",
  "add_url_rule",
  "add_api_route",
  "add_route",
  "custom_route",
]);
/** Those of WebSockets are FastAPI's, Starlette's, Quart's and Litestar's. */
export const OTHERS =
  /^(?:add_(?:get|post|put|patch|delete|view|websocket)|(?:add_)?(?:api_)?websocket_(?:route|listener|stream))$/;
export const ATTACH = new Set([
  "include_router",
  "register_blueprint",
  "mount",
  "blueprint",
  "add_subapp",
  "register_router",
  // django-ninja
  "add_router",
]);
export const TAKES_PATH_FIRST = new Set(["mount", "add_subapp", "add_router"]);
export const WORDS = [
  "include_router",
  "register_blueprint",
  "APIRouter",
  "FastAPI",
  "Blueprint",
  "Flask",
  "Route",
  "Mount",
];
export const MORE_WORDS = [
  "Starlette",
  "Litestar",
  "Quart",
  "Sanic",
  "aiohttp",
  "falcon",
  "add_api_route",
  "Controller",
  "Router",
  // Routes hung on an object that is made in another module.
  ".route(",
  "@app.",
  "@api.",
  "@bp.",
  "@blueprint.",
  "outer.",
  "custom_route",
  "NinjaAPI",
  "urlpatterns",
];
