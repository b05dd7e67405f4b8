import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { Verdict } from "../../src/model/types.ts";
import { BASE, connect } from "./engine-fixture.ts";
import { drainVerdict } from "./support/drained.ts";

/** A server that speaks HTTP/1.1 and HTTP/2 on one port, and may drop what came over one of them. */
const HYPERCORN = (onStop: string) => `
import asyncio, os, signal
from hypercorn.asyncio import serve, tcp_server
from hypercorn.config import Config
connections = []
class Noted(tcp_server.TCPServer):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        connections.append(self)
from hypercorn.asyncio import run
run.TCPServer = Noted
def drop(protocol):
    for one in connections:
        if type(one.protocol.protocol).__name__ == protocol:
            one.writer.transport.abort()
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["method"] == "POST":
        while (await receive()).get("more_body"):
            pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
config = Config()
config.bind, config.graceful_timeout = ["0.0.0.0:8000"], 5
async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: (stop.set(), ${onStop}))
    await serve(app, config, shutdown_trigger=stop.wait)
asyncio.run(main())
`;

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

const verdictOn = (onStop: string, route?: { readonly method: string; readonly path: string }): Promise<Verdict> =>
  drainVerdict(engine, {
    app: HYPERCORN(onStop),
    packages: ["hypercorn==0.17.3"],
    routes: route === undefined ? [] : [route],
  });

const containing = (text: string) => expect.stringContaining(text) as string;

describe.concurrent.each([
  ["half of a body", { method: "POST", path: "/items" }, "half-sent body"],
  ["a slow route", undefined, "injected slow route"],
] as const)("a service that speaks HTTP/1.1 and HTTP/2 on one port, held by %s", (_, route, rung) => {
  it("is stopped with a request over each", async () => {
    const verdict = await verdictOn("None", route);
    expect(verdict).toMatchObject({ status: "pass", message: containing(rung) });
    expect(verdict.message).toContain("over HTTP/1.1 with 200 and over HTTP/2 with 200");
  });

  it.each([
    ["H2Protocol", "over HTTP/2"],
    ["H11Protocol", "over HTTP/1.1"],
  ])("is caught when it drops those of %s alone", async (protocol, by) =>
    expect(await verdictOn(`drop("${protocol}")`, route)).toMatchObject({
      status: "fail",
      message: containing(`the request in flight ${by} was dropped`),
    }),
  );
});
