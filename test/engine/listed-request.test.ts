import { afterAll, beforeAll, expect, it } from "vitest";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { HttpExpectation } from "../../src/model/expectation.ts";
import type { Verdict } from "../../src/model/types.ts";
import { BASE, connect } from "./engine-fixture.ts";
import { drainVerdict } from "./support/drained.ts";

/** A server that nobody knows, as bjoern and meinheld are: no route shows in its code, and none can be added from outside. */
const UNKNOWN = (onStop: string) => `
import os, signal, socket, sys, threading
def answer(connection):
    with connection, connection.makefile("rb") as stream:
        line, length = stream.readline().split(), 0
        for header in iter(stream.readline, b"\\r\\n"):
            name, _, value = header.partition(b":")
            if not header:
                return
            if name.lower() == b"content-length":
                length = int(value)
        stream.read(length)
        status = 200 if line and line[1] in (b"/health", b"/own") else 404
        connection.sendall(b"HTTP/1.1 %d OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok" % status)
signal.signal(signal.SIGTERM, lambda *_: ${onStop})
with socket.create_server(("0.0.0.0", 8000)) as listener:
    while True:
        threading.Thread(target=answer, args=[listener.accept()[0]]).start()
`;
/** Its threads are waited for. */
const WAITS = "sys.exit(0)";

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

const LISTED: HttpExpectation = {
  kind: "http",
  id: "adds",
  title: "adds",
  where: "seaworthy.yaml:1",
  method: "POST",
  path: "/own",
  headers: {},
  body: "{}",
  status: 200,
  answer: { has: [], lacks: [] },
  json: {},
};

const verdictOn = (onStop: string, expectations: readonly HttpExpectation[] = [LISTED]): Promise<Verdict> =>
  drainVerdict(engine, { app: UNKNOWN(onStop), contract: { expectations } });
const message = expect.stringContaining("POST /own, half of its body sent") as string;

it("is held where a request of the team shows the route, and answered by a service that waits", async () =>
  expect(await verdictOn(WAITS)).toMatchObject({ status: "pass", message }));

it("is dropped by a service that ends at once", async () =>
  expect(await verdictOn("os._exit(0)")).toMatchObject({ status: "fail", message }));

it("is not held without, and the hint names both keys that would do", async () =>
  expect(verdictOn(WAITS, [])).rejects.toMatchObject({
    code: "probe/nothing-held",
    hint: expect.stringMatching(/`drain: .*`checks`.*http: \{ method: POST/) as string,
  }));
