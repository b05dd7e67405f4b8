import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

type Files = Readonly<Record<string, string>>;
const read = async (files: Files) => readService(memoryTree(files));
const routes = async (files: Files) => (await read(files)).routes.map(({ method, path }) => `${method} ${path}`);
const health = async (files: Files) => (await read(files)).healthPaths.map(({ value }) => value);

describe("routes hung on an object of another module", () => {
  it("are read in Flask's way of splitting a blueprint", async () => {
    const files = {
      "shop/__init__.py":
        "from flask import Flask\ndef create_app():\n    app = Flask(__name__)\n    from shop.api import bp\n    app.register_blueprint(bp, url_prefix='/api')\n    return app\n",
      "shop/api/__init__.py":
        "from flask import Blueprint\nbp = Blueprint('api', __name__)\nfrom shop.api import items\n",
      "shop/api/items.py": "from shop.api import bp\n@bp.route('/items', methods=['GET', 'POST'])\ndef items(): ...\n",
    };
    expect(await routes(files)).toEqual(["GET /api/items", "POST /api/items"]);
  });

  it("are read on an application that is imported", async () => {
    const files = {
      "app/core.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      "app/health.py": "from app.core import app\n@app.get('/healthz')\ndef h(): ...\n",
    };
    expect(await routes(files)).toEqual(["GET /healthz"]);
  });
});

it("ends where each of 40 routers includes the next one twice", async () => {
  const name = (index: number) => `r${index}`;
  const numbers = Array.from({ length: 40 }, (_, index) => index);
  const made = numbers.map((index) => `${name(index)} = APIRouter()\n`).join("");
  const included = numbers
    .slice(1)
    .map((index) => `${name(index - 1)}.include_router(${name(index)}, prefix="/a")\n`.repeat(2))
    .join("");
  const text = `from fastapi import APIRouter, FastAPI\napp = FastAPI()\n${made}${included}app.include_router(r0)\n@r39.get("/x")\ndef x(): ...\n`;
  expect(await routes({ "app.py": text })).toEqual([`GET ${"/a".repeat(39)}/x`]);
});

it("puts no text together of a thousand parts that are each made of a thousand", async () => {
  const parts = (name: string) => Array.from({ length: 1000 }, () => name).join(" + ");
  const text = `from fastapi import FastAPI\nA = "a"\nB = ${parts("A")}\nC = ${parts("B")}\nD = ${parts("C")}\napp = FastAPI()\n@app.get("/" + D)\ndef d(): ...\n@app.get("/" + A + A)\ndef a(): ...\n`;
  expect(await routes({ "app.py": text })).toEqual(["GET /aa"]);
});

it("follows Starlette's mounts of routers and of applications, and names sockets as such", async () => {
  const text =
    "from starlette.applications import Starlette\nfrom starlette.routing import Mount, Route, Router, WebSocketRoute\nadmin = Router([Route('/users', h)])\nroutes = [\n    Mount('/api', app=Router([Route('/x', h, methods=['POST'])])),\n    Mount('/admin', app=admin),\n    WebSocketRoute('/ws', w),\n]\napp = Starlette(routes=routes)\n";
  expect((await routes({ "app.py": text })).toSorted()).toEqual(["GET /admin/users", "POST /api/x", "WEBSOCKET /ws"]);
});

it("names sockets as such, by whatever name they are added", async () => {
  const starlette =
    "from starlette.applications import Starlette\napp = Starlette()\napp.add_websocket_route('/a', w)\napp.add_route('/b', h)\n";
  expect((await routes({ "app.py": starlette })).toSorted()).toEqual(["GET /b", "WEBSOCKET /a"]);
  const fastapi =
    "from fastapi import FastAPI\napp = FastAPI()\n@app.websocket('/a')\nasync def a(ws): ...\n@app.websocket_route('/b')\nasync def b(ws): ...\napp.add_api_websocket_route('/c', a)\n";
  expect((await routes({ "app.py": fastapi })).toSorted()).toEqual(["WEBSOCKET /a", "WEBSOCKET /b", "WEBSOCKET /c"]);
  const litestar =
    "from litestar import Litestar, websocket_listener\n@websocket_listener('/a')\nasync def a(data: str) -> str: ...\napp = Litestar(route_handlers=[a])\n";
  expect(await routes({ "app.py": litestar })).toEqual(["WEBSOCKET /a"]);
});

it("knows Litestar's routers where they stand among the handlers of a factory's application", async () => {
  const litestar =
    "from litestar import Litestar, Router, Controller, get\n@get('/health')\nasync def health() -> str: ...\nclass Users(Controller):\n    path = '/users'\n    @get('/all')\n    async def every(self) -> list: ...\n@get('/deep')\nasync def deep() -> str: ...\nnamed = Router(path='/named', route_handlers=[deep])\ndef create_app() -> Litestar:\n    return Litestar(route_handlers=[health, Router(path='/v1', route_handlers=[Users, Router(path='/in', route_handlers=[named])])])\n";
  expect((await routes({ "app.py": litestar })).toSorted()).toEqual([
    "GET /health",
    "GET /v1/in/named/deep",
    "GET /v1/users/all",
  ]);
});

it("reads what a resource of Falcon answers, and views of aiohttp", async () => {
  const falcon = {
    "svc/app.py": "import falcon\nfrom svc.items import Items\napp = falcon.App()\napp.add_route('/items', Items())\n",
    "svc/items.py":
      "class Items:\n    def on_get(self, req, resp): ...\n    def on_post(self, req, resp): ...\n    def on_open(self): ...\n",
  };
  expect(await routes(falcon)).toEqual(["GET /items", "POST /items"]);
  const aiohttp =
    "from aiohttp import web\nroutes = web.RouteTableDef()\n@routes.view('/thing')\nclass Thing(web.View): ...\n";
  expect(await routes({ "a.py": aiohttp })).toEqual(["GET /thing"]);
});

it("follows Django's lists that are included by name, and never takes one for a root", async () => {
  const urls =
    "from django.urls import include, path\nfrom shop import views\nv1 = [path('items', views.items), path('status/', views.status)]\nurlpatterns = [\n    path('api/v1/', include(v1)),\n    path('api/v2/', include((v1, 'v2'))),\n    path('x/', include([path('y', views.y)])),\n    path('z/', include(([path('y', views.y)], 'z'))),\n]\nurlpatterns += [path('late', views.late)]\n";
  expect(await routes({ "shop/urls.py": urls })).toEqual([
    "GET /api/v1/items",
    "GET /api/v1/status/",
    "GET /api/v2/items",
    "GET /api/v2/status/",
    "GET /x/y",
    "GET /z/y",
    "GET /late",
  ]);
  const itself = "from django.urls import include, path\nurlpatterns = [path('a/', include('loop.urls'))]\n";
  expect(await routes({ "loop/urls.py": itself })).toEqual([]);
});

describe("routers of Django REST framework", () => {
  const views =
    "from rest_framework import mixins, viewsets\nclass Orders(viewsets.ModelViewSet): ...\nclass Stock(mixins.ListModelMixin, viewsets.GenericViewSet): ...\nclass Carts(mixins.RetrieveModelMixin, viewsets.GenericViewSet): ...\nclass Own(Base): ...\n";
  const made =
    "from rest_framework.routers import DefaultRouter\nfrom shop import views\nrouter = DefaultRouter()\nrouter.register(r'orders', views.Orders)\nrouter.register('stock', views.Stock, basename='stock')\n";

  it("give each view set the paths that it answers at, where they are included", async () => {
    const urls = `${made}router.register(prefix='carts', viewset=views.Carts)\nrouter.register('own', views.Own)\nfrom django.urls import include, path\nurlpatterns = [path('api/', include(router.urls)), path('live/', views.live)]\n`;
    expect(await routes({ "shop/urls.py": urls, "shop/views.py": views })).toEqual([
      "GET /api/orders/",
      "GET /api/orders/{pk}/",
      "GET /api/stock/",
      "GET /api/carts/{pk}/",
      "GET /api/own/",
      "GET /api/own/{pk}/",
      "GET /live/",
    ]);
  });

  it.each([
    "urlpatterns = router.urls\n",
    "urlpatterns = []\nurlpatterns += router.urls\n",
    "urlpatterns = [*router.urls]\n",
    "urlpatterns = [path('', include((router.urls, 'shop')))]\n",
  ])("are read where they are the list itself: %j", async (list) => {
    const urls = `from django.urls import include, path\nfrom shop.api import router\n${list}`;
    const files = { "shop/urls.py": urls, "shop/api.py": made, "shop/views.py": views };
    expect(await routes(files)).toEqual(["GET /orders/", "GET /orders/{pk}/", "GET /stock/"]);
  });

  it("end without a slash where they are told so, and nothing else that has urls is one", async () => {
    const urls =
      "from django.contrib import admin\nfrom django.urls import include, path\nfrom rest_framework import routers\nr = routers.SimpleRouter(trailing_slash=False)\nr.register('jobs', Jobs)\nother.register('no', No)\nurlpatterns = [path('admin/', admin.site.urls), path('v1/', include(r.urls)), path('z/', include(other.urls))]\n";
    expect(await routes({ "shop/urls.py": urls })).toEqual(["GET /admin/", "GET /v1/jobs", "GET /v1/jobs/{pk}"]);
  });
});

describe("health paths", () => {
  const flask = (...paths: readonly string[]) => ({
    "app.py": `from flask import Flask\napp = Flask(__name__)\n${paths.map((path) => `@app.get('${path}')\ndef f(): ...\n`).join("")}`,
  });

  it("are known by their usual names", async () => {
    expect(await health(flask("/flask-health-check"))).toEqual(["/flask-health-check"]);
    expect(await health(flask("/api/v1/status", "/status"))).toEqual(["/status", "/api/v1/status"]);
  });

  it("are not the status of something else", async () => {
    expect(await health(flask("/api/mfa/status", "/orders/status"))).toEqual([]);
    expect(await health(flask("/settings/queue/ping", "/celery/ping"))).toEqual([]);
    expect(await health(flask("/settings/queue/ping", "/api/v1/system/ping"))).toEqual(["/api/v1/system/ping"]);
  });

  it("are brought by Streamlit", async () => {
    const { healthPaths } = await read({
      "requirements.txt": "streamlit==1.40.0\n",
      "Home.py": "import streamlit as st\nst.title('x')\n",
    });
    expect(healthPaths).toMatchObject([
      { value: "/_stcore/health", confidence: "likely", evidence: [{ file: "requirements.txt" }] },
    ]);
  });
});

describe("names of modules", () => {
  const module = async (files: Files) => (await read(files)).application?.value.module;
  const code = "from fastapi import FastAPI\napp = FastAPI()\n";

  it("begin below a folder that holds no modules and that nothing imports", async () => {
    expect(await module({ "backend/app/main.py": code })).toBe("app.main");
    expect(await module({ "src/py/app/main.py": code, "src/js/x.ts": "" })).toBe("app.main");
  });

  it("begin with a folder that is imported, or that holds modules", async () => {
    const imported = { "backend/app/main.py": `${code}from backend.app import x\n`, "backend/app/x.py": "" };
    expect(await module(imported)).toBe("backend.app.main");
    expect(await module({ "backend/app/main.py": code, "backend/run.py": "" })).toBe("backend.app.main");
  });

  it("are whole where two programs have modules of the same names", async () => {
    const files = { "one/app/main.py": code, "two/app/main.py": "x = 1\n" };
    expect(await module(files)).toBe("one.app.main");
  });
});

describe("paths that are not written out", () => {
  it("are those of an enumeration", async () => {
    const files = {
      "app/__init__.py": "from flask import Flask\napp = Flask(__name__)\n",
      "app/paths.py": "from enum import Enum\n\n\nclass Place(Enum):\n    alive = 'healthz'\n",
      "app/views.py":
        "from app import app\nfrom app.paths import Place\n\n\n@app.route(f'/{Place.alive}')\ndef alive():\n    return ''\n",
    };
    expect(await routes(files)).toEqual(["GET /healthz"]);
    expect(await health(files)).toEqual(["/healthz"]);
  });

  it("are parameters where nobody can tell", async () => {
    const code =
      "from fastapi import FastAPI\napp = FastAPI()\n\n\n@app.get(f'/{where()}/items')\ndef items():\n    return []\n";
    expect(await routes({ "app.py": code })).toEqual(["GET /{}/items"]);
  });
});

describe("Tornado", () => {
  const files = {
    "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["tornado==6.5.2"]\n',
    Dockerfile: 'FROM python:3.13\nCMD ["python", "-m", "app.main"]\n',
    "app/main.py": [
      "import asyncio",
      "import tornado.web",
      "from tornado.options import define, options",
      "from app.handlers import Items",
      'define("port", default=8899, type=int)',
      "",
      "class Health(tornado.web.RequestHandler):",
      "    def get(self):",
      '        self.write("ok")',
      "",
      "def make_app():",
      "    return tornado.web.Application([",
      '        (r"/health", Health),',
      '        tornado.web.url(r"/items/(?P<id>[0-9]+)$", Items, name="items"),',
      "    ])",
      "",
      "async def main():",
      "    make_app().listen(options.port)",
      "    await asyncio.Event().wait()",
      "",
      'if __name__ == "__main__":',
      "    asyncio.run(main())",
      "",
    ].join("\n"),
    "app/handlers.py":
      "import tornado.web\n\n\nclass Items(tornado.web.RequestHandler):\n    def get(self, id):\n        pass\n\n    def post(self, id):\n        pass\n",
  };

  it("has routes, a port, and a server of its own", async () => {
    const service = await read(files);
    expect(service.routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /health",
      "GET /items/{id}",
      "POST /items/{id}",
    ]);
    expect(service.framework.value).toBe("tornado");
    expect(service.server.value).toBe("tornado");
    expect(service.port?.value.number).toBe(8899);
  });

  it("is not taken for the port of a socket that listens", async () => {
    const code = "import socket\ns = socket.socket()\ns.listen(128)\n";
    expect(
      (await read({ "main.py": code, Dockerfile: 'FROM python:3.13\nCMD ["python", "main.py"]\n' })).port,
    ).toBeUndefined();
  });
});
