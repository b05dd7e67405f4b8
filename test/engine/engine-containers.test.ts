import { afterAll, beforeAll, expect, it } from "vitest";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import { BASE, connect, soon } from "./engine-fixture.ts";

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

const python = (code: string) => ({ entrypoint: ["python3", "-u", "-c", code], command: [] });
const server = `
import http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"hello " + self.path.encode())
http.server.HTTPServer(("0.0.0.0", 8000), H).serve_forever()
`;
/** The service listens a moment after its container started; the answer itself is awaited, in short steps. */
async function get(url: URL): Promise<string> {
  const end = performance.now() + 20_000;
  for (;;) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

it("publishes a port on loopback and ends on SIGTERM with code 0", async () => {
  await using container = await engine.start(BASE, { ...python(server), publish: [8000] });
  expect(container.url(8000, "/x").hostname).toBe("127.0.0.1");
  expect(await get(container.url(8000, "/x"))).toBe("hello /x");
  expect(await container.running()).toBe(true);
  const exited = container.exited(soon());
  await container.signal("SIGTERM");
  expect(await exited).toMatchObject({ code: 0, oomKilled: false });
  expect(await container.running()).toBe(false);
});

it("reports the exit code 3 and the log of a container that gives up", async () => {
  const code = "import sys; print('out'); print('no DATABASE_URL', file=sys.stderr); sys.exit(3)";
  await using container = await engine.start(BASE, python(code));
  const exit = await container.exited(soon());
  expect(exit.code).toBe(3);
  expect(Math.abs(exit.finishedAt - Date.now())).toBeLessThan(60_000);
  const logs = await container.logs();
  expect(logs.map(({ stream, text }) => `${stream}: ${text}`).toSorted()).toEqual([
    "stderr: no DATABASE_URL",
    "stdout: out",
  ]);
  expect(logs.every((line) => Math.abs(line.at - Date.now()) < 60_000)).toBe(true);
});

it("tells the kill by the memory limit from other kills", async () => {
  const hungry = python("b = bytearray(600_000_000)\nfor i in range(0, len(b), 4096): b[i] = 1");
  await using container = await engine.start(BASE, { ...hungry, memoryBytes: 64_000_000 });
  expect(await container.exited(soon())).toMatchObject({ code: 137, oomKilled: true });
  await using other = await engine.start(BASE, python("import time; time.sleep(100)"));
  await other.signal("SIGKILL");
  expect(await other.exited(soon())).toMatchObject({ code: 137, oomKilled: false });
});
