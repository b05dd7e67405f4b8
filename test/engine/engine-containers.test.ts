import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import { BASE, buildFolder, connect, soon } from "./engine-fixture.ts";

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
http.server.ThreadingHTTPServer(("0.0.0.0", 8000), H).serve_forever()
`;
/** The engine's proxy accepts before the service listens, so an answer is what counts, and each try has its own limit. */
async function get(url: URL): Promise<string> {
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      return await (await fetch(url, { signal: AbortSignal.timeout(2000) })).text();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

it("tells the time from a signal to the exit by its own clock", async () => {
  const code =
    "import signal,sys,time; signal.signal(15, lambda *_: (time.sleep(1), sys.exit(0))); print(1); signal.pause()";
  await using container = await engine.start(BASE, python(code));
  await expect.poll(() => container.logs(), { timeout: 60_000 }).toHaveLength(1);
  const exited = container.exited(soon());
  const sent = performance.now();
  await container.signal("SIGTERM");
  const exit = await exited;
  const passed = performance.now() - sent;
  const told = (await container.sinceSignal(exit)) ?? 0;
  expect(told).toBeGreaterThan(500);
  expect(told).toBeLessThanOrEqual(passed);
});

it("does not know the time from a signal to the exit of what was sent none", async () => {
  await using container = await engine.start(BASE, python("pass"));
  expect(await container.sinceSignal(await container.exited(soon()))).toBeUndefined();
});

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

it("keeps the last 2 MB of a flood of 100 MB, and finds a value in far more of it", async () => {
  const code = "import sys\nfor i in range(1_000_000): sys.stdout.write(f'{i:07d} ' + 'x' * 91 + '\\n')";
  await using container = await engine.start(BASE, python(code));
  expect((await container.exited(AbortSignal.timeout(120_000))).code).toBe(0);
  const lines = await container.logs();
  expect(lines.at(-1)?.text.slice(0, 7)).toBe("0999999");
  expect(lines.reduce((sum, line) => sum + line.text.length, 0)).toBeLessThan(2_000_001);
  expect(lines.length).toBeGreaterThan(15_000);
  expect(await container.valuesInLog(["0900003 xxx", "0999998 xxx", "1000001"])).toEqual([
    "0900003 xxx",
    "0999998 xxx",
  ]);
});

it("waits no longer than told for a container that never ends", async () => {
  await using container = await engine.start(BASE, python("import signal; signal.pause()"));
  await expect(container.exited(AbortSignal.timeout(300))).rejects.toMatchObject({ name: "TimeoutError" });
  expect(await container.running()).toBe(true);
});

it("enforces a strict read-only root, tmpfs, user, dropped capabilities and no network", async () => {
  const probe = `
import os
def can(path):
    try:
        open(path, "w").close(); return True
    except OSError as error:
        return error.errno
print(can("/root-file"), can("/tmp/x"), can("/scratch/x"), os.getuid())
print([line for line in open("/proc/self/status") if line.startswith(("CapBnd", "NoNewPrivs"))])
print(sorted(os.listdir("/sys/class/net")))
`;
  await using container = await engine.start(BASE, {
    ...python(probe),
    readOnly: true,
    tmpfs: ["/scratch:mode=1777"],
    user: "1001:1001",
    dropCapabilities: true,
    noNewPrivileges: true,
    network: "none",
  });
  expect((await container.exited(soon())).code).toBe(0);
  const text = (await container.logs()).map((line) => line.text);
  expect(text[0]).toBe("30 30 True 1001");
  expect(text[1]).toContain("CapBnd:\\t0000000000000000");
  expect(text[1]).toContain("NoNewPrivs:\\t1");
  expect(text[2]).toBe("['lo']");
});

it("copies a read-only folder in, even under a read-only root", async () => {
  await using folder = await buildFolder({ "sitecustomize.py": "print('injected')" });
  await using container = await engine.start(BASE, {
    ...python("print('main')"),
    mounts: [{ source: folder.path, target: "/inject", readOnly: true }],
    env: { PYTHONPATH: "/inject" },
    readOnly: true,
    user: "1001",
  });
  expect((await container.exited(soon())).code).toBe(0);
  expect((await container.logs()).map((line) => line.text)).toEqual(["injected", "main"]);
  expect((await container.changes()).map((change) => change.path)).not.toContain("/inject/sitecustomize.py");
});

it("reads what a user without rights left in a folder for everybody, also when it has ended, and not without end", async () => {
  await using folder = await buildFolder({});
  await mkdir(join(folder.path, "seen"));
  await chmod(join(folder.path, "seen"), 0o1777);
  const code = `
import os
print(oct(os.stat("/inject").st_mode), os.access("/inject", os.W_OK))
open("/inject/seen/note", "w").write("here")
open("/inject/seen/zeros", "w").write("0" * 100_000)`;
  await using container = await engine.start(BASE, {
    ...python(code),
    mounts: [{ source: folder.path, target: "/inject", readOnly: true }],
    user: "1001",
  });
  expect((await container.exited(soon())).code).toBe(0);
  expect((await container.logs()).map((line) => line.text)).toEqual(["0o40755 False"]);
  const texts = async (mostBytes: number) =>
    [...(await container.filesBelow("/inject/seen", mostBytes))].map(([path, bytes]) => `${path} ${bytes.length}`);
  expect((await texts(1_000_000)).toSorted()).toEqual(["/inject/seen/note 4", "/inject/seen/zeros 100000"]);
  expect(await texts(10_000)).not.toContain("/inject/seen/zeros 100000");
  expect(await container.filesBelow("/nowhere", 1000)).toEqual(new Map());
});

it("tells what was written into a volume since the start, which its difference does not show", async () => {
  const code = `
import os
open("/data/new.log", "w").write("here")
open("/data/old.log", "w").write("there")
os.utime("/data/old.log", (1e9, 1e9))`;
  await using container = await engine.start(BASE, { ...python(code), volumes: ["/data"] });
  expect((await container.exited(soon())).code).toBe(0);
  expect((await container.changes()).map(({ path }) => path)).not.toContain("/data/new.log");
  expect(await container.writtenBelow("/data", 1_000_000)).toEqual(["/data/new.log"]);
  expect(await container.writtenBelow("/nowhere", 1000)).toEqual([]);
});

it("shows each process with its effective uid, started as another user too", async () => {
  const code = "import os, signal\nif os.fork() == 0: os.seteuid(1234)\nsignal.pause()";
  await using container = await engine.start(BASE, python(code));
  const uids = async () => (await container.processes()).map(({ uid }) => uid).toSorted((a, b) => a - b);
  await expect.poll(uids, { timeout: 60_000 }).toEqual([0, 1234]);
  expect((await container.processes())[0]).toMatchObject({ pid: 1, uid: 0 });
});

it("runs a program inside and keeps its streams apart", async () => {
  await using container = await engine.start(BASE, python("import signal; signal.pause()"));
  const argv = ["python3", "-c", "import sys, os; print(os.getuid()); print('bad', file=sys.stderr); sys.exit(4)"];
  expect(await container.exec(argv, { user: "1001" })).toEqual({ code: 4, stdout: "1001\n", stderr: "bad\n" });
});

it("sees what a container wrote", async () => {
  await using container = await engine.start(
    BASE,
    python("open('/written', 'w').close(); import os; os.remove('/etc/motd')"),
  );
  await container.exited(soon());
  expect(await container.changes()).toEqual(
    expect.arrayContaining([
      { path: "/written", kind: "added" },
      { path: "/etc/motd", kind: "deleted" },
    ]),
  );
});

it("reaches a neighbour by its alias on a network of its own, and removes the network", async () => {
  await using network = await engine.createNetwork({ internal: true });
  await using neighbour = await engine.start(BASE, { ...python(server), network, alias: "stand-in" });
  expect(await get(neighbour.url(8000, "/direct"))).toBe("hello /direct");
  const code =
    "import urllib.request; print(urllib.request.urlopen('http://stand-in:8000/n', timeout=10).read().decode())";
  await using client = await engine.start(BASE, { ...python(code), network });
  expect((await client.exited(soon())).code).toBe(0);
  expect((await client.logs())[0]?.text).toBe("hello /n");
});

it("says why a container cannot start at all, and leaves none behind", async () => {
  await expect(engine.start(BASE, { entrypoint: ["/no/such/program"] })).rejects.toMatchObject({
    code: "engine/start-failed",
    message: expect.stringContaining("/no/such/program"),
  });
  await expect(engine.start("seaworthy/never:built", {})).rejects.toMatchObject({ code: "engine/no-image" });
  await using other = await connect();
  expect((await other.removeAllOf("no-such-run")).length).toBe(0);
});

it("awaits healthy and unhealthy from events, and tells when the container ended instead", async () => {
  await using folder = await buildFolder({
    Dockerfile: `FROM ${BASE}\nHEALTHCHECK --interval=1h CMD ["python3", "-c", "import os,sys; sys.exit(None if os.path.exists('/ok') else 'no /ok')"]\n`,
  });
  const { image } = await engine.build(folder.request());
  expect(image.config.healthcheck).toMatchObject({ intervalMs: 3600_000, retries: 3 });
  const health = { intervalMs: 300, timeoutMs: 5000, retries: 1, startPeriodMs: 0 };
  const code =
    "import signal, sys; signal.signal(15, lambda *_: sys.exit(5)); open('/ok', 'w').close(); signal.pause()";
  await using built = { [Symbol.asyncDispose]: () => engine.removeImage(image.tag) };
  expect(built).toBeDefined();
  await using container = await engine.start(image.tag, { ...python(code), health });
  await container.healthBecomes("healthy", soon());
  expect(await container.health()).toBe("healthy");
  expect(await container.healthSaid()).toEqual({ code: 0, output: "" });
  expect((await container.exec(["rm", "/ok"])).code).toBe(0);
  await container.healthBecomes("unhealthy", soon());
  expect(await container.healthSaid()).toEqual({ code: 1, output: "no /ok\n" });
  const never = container.healthBecomes("healthy", soon());
  await Promise.all([
    expect(never).rejects.toMatchObject({ code: "engine/container-ended" }),
    container.signal("SIGTERM"),
  ]);
});
