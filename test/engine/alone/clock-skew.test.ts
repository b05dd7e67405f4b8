import { afterEach, expect, it, vi } from "vitest";
import type { ConnectedEngine } from "../../../src/engine/engine.ts";
import type { CheckResult } from "../../../src/model/types.ts";
import { exampleContract } from "../../../src/checks/support/examples.ts";
import { firstHealthy } from "../../../src/probes/support/health.ts";
import { stopIdle } from "../../../src/probes/support/stop.ts";
import { labelsOf } from "../../../src/engine/owner.ts";
import { run } from "../../../src/kit/exec.ts";
import { BASE, connect, soon } from "../engine-fixture.ts";
import { leftOf, seaworthy } from "../support/cli.ts";
import { tinyService } from "../support/tiny-service.ts";

/** This machine's clock is not the engine's: it is days ahead or behind, or is set while the proof goes on. */

const DAY = 86_400_000;
const { now: realNow } = Date;

const SERVER = `
import http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.ThreadingHTTPServer(("0.0.0.0", 8000), H).serve_forever()
`;
const contract = { ...exampleContract, port: 8000 };

afterEach(() => {
  vi.restoreAllMocks();
});

/** What this machine calls now: wrong by so much, and by more with each look. */
function skew(by: number, more = 0): void {
  let looks = 0;
  vi.spyOn(Date, "now").mockImplementation(() => realNow() + by + (looks += 1) * more);
}

const withServer = async (engine: ConnectedEngine) => {
  await engine.ensure(BASE);
  return engine.start(BASE, {
    entrypoint: ["python3", "-c", SERVER],
    command: [],
    publish: [8000],
    health: { test: ["CMD", "true"], intervalMs: 500, timeoutMs: 5000, retries: 1, startPeriodMs: 0 },
  });
};

it.each([
  ["two days ahead", 2 * DAY, 0],
  ["two days behind", -2 * DAY, 0],
  ["set again and again", 0, DAY],
])("starts and stops are timed by a clock that nobody sets: %s", async (_, by, more) => {
  skew(by, more);
  await using engine = await connect();
  await using container = await withServer(engine);
  const health = await firstHealthy(container, contract, { limitMs: 60_000, signal: soon() });
  expect(health).toMatchObject({ healthy: true });
  expect(health.milliseconds).toBeGreaterThan(0);
  expect(health.milliseconds).toBeLessThan(60_000);
  // The engine is asked for what happened since a time of its own.
  await container.healthBecomes("healthy", soon());
  const stop = await stopIdle(container, "SIGTERM", 20_000, soon());
  expect(stop).toMatchObject({ exit: { code: 0 } });
  expect(stop.milliseconds).toBeGreaterThan(0);
  expect(stop.milliseconds).toBeLessThan(60_000);
});

it.each([
  ["ahead", 2 * DAY],
  ["behind", -2 * DAY],
])("what another machine has just made is not swept by one whose clock is %s", async (_, by) => {
  await using other = await connect();
  await using container = await withServer(other);
  // Its process cannot be looked up from here: only the expiry counts, which the other one wrote by the engine's clock.
  const foreign = "seaworthy.boot=another-machine/1/2";
  const labels = Object.entries(
    labelsOf({ run: "other", pid: 1, boot: "another-machine/1/2" }, "container", realNow()),
  );
  const flags = labels.flatMap(([name, value]) => ["--label", `${name}=${value}`]);
  const made = await run("docker", ["create", ...flags, BASE, "true"], { env: other.cli.env });
  expect(made).toMatchObject({ code: 0 });
  try {
    skew(by);
    await using engine = await connect();
    expect((await engine.sweep()).join()).not.toContain(made.stdout.slice(0, 12));
    const listed = await run("docker", ["ps", "-aq", "--no-trunc", "--filter", `label=${foreign}`], {
      env: other.cli.env,
    });
    expect(listed.stdout).toContain(made.stdout.trim());
    expect(await container.running()).toBe(true);
  } finally {
    await run("docker", ["rm", "--force", made.stdout.trim()], { env: other.cli.env });
  }
});

it("proves a service while the clock is set forth and back", async () => {
  const jumps = `let n = 0; const now = Date.now; Date.now = () => now() + [0, 1, -1][n++ % 3] * ${2 * DAY};`;
  await using fixture = await tinyService();
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(jumps)}` };
  const { stdout, stderr } = await seaworthy(["verify", "--quick", "--json", `${fixture.folder}/`], env);
  if (!stdout.startsWith("[")) throw new Error(stderr);
  const checks = JSON.parse(stdout) as readonly CheckResult[];
  const said = Object.fromEntries(checks.map(({ id, status }) => [id, status]));
  expect(said).toMatchObject({ builds: "pass", "becomes-healthy": "pass" });
  const measured = checks.flatMap(({ measured: one }) => (one?.unit === "ms" ? [one.value] : []));
  expect(measured.filter((value) => value < 0 || value > 300_000)).toEqual([]);
  expect(await leftOf(fixture.folder)).toEqual([]);
});
