import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stopClosesWebsockets } from "../../src/checks/stop-closes-websockets.ts";
import { stopsWithOpenWebsocket } from "../../src/checks/stops-with-open-websocket.ts";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { Contract, Verdict } from "../../src/model/types.ts";
import { openConnections } from "../../src/probes/open-connections.ts";
import { BASE, connect } from "./engine-fixture.ts";
import { pipInstall, withImage } from "./support/proof.ts";

/** Real servers that are stopped while a WebSocket is open. All images have the same packages, so these are installed once. */

const PACKAGES = [
  "starlette==0.47.2",
  "websockets==15.0.1",
  "uvicorn==0.35.0",
  "hypercorn==0.17.3",
  "daphne==4.2.1",
  "aiohttp==3.12.15",
];

/** @param talk What the handler of its WebSocket does, in one line. */
const starlette = (talk = 'await anext(ws.iter_text(), "")') => `
import asyncio
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
async def health(request):
    return PlainTextResponse("ok")
async def talk(ws):
    if ws.query_params.get("token") == "no":
        return await ws.close(1008)
    await ws.accept()
    ${talk}
app = Starlette(routes=[Route("/health", health), WebSocketRoute("/ws", talk)])
`;
/** Waits for something that has nothing to do with the connection. */
const ENDLESS = "await asyncio.Event().wait()";

/** @param goodbye What it does as soon as the shutdown begins, in one line. */
const aiohttp = (goodbye: string) => `
from aiohttp import WSCloseCode, web
sockets = set()
async def health(request):
    return web.Response(text="ok")
async def talk(request):
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    sockets.add(ws)
    async for message in ws:
        await ws.send_str(message.data)
    return ws
async def goodbye(app):
    ${goodbye}
app = web.Application()
app.add_routes([web.get("/health", health), web.get("/ws", talk)])
app.on_shutdown.append(goodbye)
web.run_app(app, port=8000)
`;

const COMMANDS = {
  uvicorn: ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"],
  hypercorn: ["hypercorn", "app:app", "--bind", "0.0.0.0:8000"],
  daphne: ["daphne", "-b", "0.0.0.0", "-p", "8000", "app:app"],
  python: ["python3", "-u", "/app.py"],
};

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

interface Case {
  readonly app: string;
  readonly server: keyof typeof COMMANDS;
  readonly routes?: readonly { readonly method: string; readonly path: string }[];
  readonly websocket?: Contract["websocket"];
}

const KNOWN = [{ method: "WEBSOCKET", path: "/ws" }];

/** Whether it holds the image, and how it is closed. */
function verdictsOn({ app, server, routes = KNOWN, websocket }: Case): Promise<readonly Verdict[]> {
  const command = JSON.stringify(COMMANDS[server]);
  const files = {
    Dockerfile: `FROM ${BASE}\n${pipInstall(...PACKAGES)}COPY app.py /\nWORKDIR /\nUSER 1001:1001\nCMD ${command}\n`,
    "app.py": app,
  };
  const contract = websocket === undefined ? {} : { websocket };
  return withImage({ engine, files, routes, contract }, (proof) =>
    proof.each([stopsWithOpenWebsocket, stopClosesWebsockets], openConnections),
  );
}

const containing = (text: string) => expect.stringContaining(text) as string;
const ends = { status: "pass", message: containing("while a WebSocket was open on /ws") };
const holds = { status: "fail", message: containing("with a WebSocket open on /ws, the service was still running") };
const closing = (code: string) => ({ status: "pass", message: containing(`close frame (${code})`) });

describe.concurrent("a service that is stopped while a WebSocket is open", () => {
  it("is ended in time by uvicorn, which says that it restarts", async () =>
    expect(await verdictsOn({ app: starlette(), server: "uvicorn" })).toMatchObject([
      ends,
      closing("1012, service restart"),
    ]));

  it("is held by a handler that waits for something else, for ever under uvicorn", async () =>
    expect(await verdictsOn({ app: starlette(ENDLESS), server: "uvicorn" })).toMatchObject([
      holds,
      closing("1012, service restart"),
    ]));

  const nothing = { status: "fail", message: containing("no close frame within 8 s") };
  // From Python 3.12 on `wait_closed` of its server waits for connections too, and its own limit begins after that.
  it("is held by hypercorn, which waits until the client goes", async () =>
    expect(await verdictsOn({ app: starlette(), server: "hypercorn" })).toMatchObject([holds, nothing]));

  it("is ended in time by daphne, which cuts the connection", async () =>
    expect(await verdictsOn({ app: starlette(), server: "daphne" })).toMatchObject([
      ends,
      { status: "fail", message: containing("cut off without a close frame") },
    ]));

  const GET = [{ method: "GET", path: "/ws" }];
  it("is held by aiohttp, whose route is known by its answer to a plain request", async () =>
    expect(await verdictsOn({ app: aiohttp("pass"), server: "python", routes: GET })).toMatchObject([holds, nothing]));

  it("is ended in time by aiohttp where it closes its WebSockets itself", async () => {
    const goodbye = "for ws in set(sockets): await ws.close(code=WSCloseCode.GOING_AWAY)";
    const verdicts = await verdictsOn({ app: aiohttp(goodbye), server: "python", routes: GET });
    expect(verdicts).toMatchObject([ends, closing("1001, going away")]);
  });

  it("is unproven where nobody is let in, and says which key tells how", async () => {
    const websocket = { path: "/ws?token=no" };
    const unproven = {
      status: "unproven",
      message: containing("could be opened on /ws (HTTP 403). It asks who comes: name it, with a login"),
    };
    expect(await verdictsOn({ app: starlette(), server: "uvicorn", websocket })).toMatchObject([unproven, unproven]);
  });
});
