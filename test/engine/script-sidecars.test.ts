import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import type { RenderedFile } from "../../src/model/types.ts";
import { replaceAll } from "../faults/variant.ts";
import { BASE, connect, soon } from "./engine-fixture.ts";
import { seaworthy } from "./support/cli.ts";
import { type Fixture, tinyConfiguration, tinyService } from "./support/tiny-service.ts";

/** The stand-alone script with all kinds of sidecars, started by docker alone. */

const SCRIPT = "scripts/verify_production_image.sh";
const ASK = "import urllib.request as r; r.urlopen";
const COMPOSE = `services:
  tiny:
    build: .
    depends_on:
      migrate: { condition: service_completed_successfully }
      cache: { condition: service_started }
  migrate:
    build: .
    command: ["python", "-c", "${ASK}('http://store:9999', timeout=5)"]
    depends_on: { store: { condition: service_healthy } }
  store:
    image: ${BASE}
    command: python -m http.server 9999
    volumes: ["data:/data"]
    healthcheck: { test: [CMD, python, -c, "${ASK}('http://127.0.0.1:9999')"] }
  cache:
    image: redis:7
volumes: { data: {} }
`;
const tag = `seaworthy/test:${randomBytes(6).toString("hex")}`;
let fixture: Fixture;
let script = "";

beforeAll(async () => {
  const own = "{ name: own, build: own, port: 7777, health: /etc/ }";
  fixture = await tinyService({
    "compose.yaml": COMPOSE,
    "own/Dockerfile": `FROM ${BASE}\nCMD ["python", "-m", "http.server", "7777"]\n`,
    "seaworthy.yaml": tinyConfiguration(`sidecars: [store, cache, ${own}]\n`).replace('"hello"', '"http://{own}"'),
    // It needs the one at its start.
    "tiny/__init__.py": `import os\n${ASK}(os.environ["TINY_GREETING"], timeout=5)\n`,
  });
  const { folder } = fixture;
  const { stdout, stderr } = await seaworthy(["rework", "--json", folder]);
  if (!stdout.startsWith("{")) throw new Error(stderr);
  const { files } = JSON.parse(stdout) as { readonly files: readonly RenderedFile[] };
  script = files.find(({ path }) => path === SCRIPT)?.content ?? "";
  await mkdir(dirname(join(folder, SCRIPT)), { recursive: true });
  await using engine = await connect();
  await engine.ensure("redis:7");
  const dockerfile = join(folder, "Dockerfile");
  const more = { noCache: false, buildArgs: {}, secrets: {}, contexts: {}, logFile: join(folder, "build.log") };
  await engine.build({ context: folder, dockerfile, tag, signal: soon(), ...more });
});
afterAll(async () => {
  await using engine = await connect();
  await engine.removeImage(tag);
  await fixture[Symbol.asyncDispose]();
});

async function proven(changes: ReadonlyArray<readonly [string, string]> = []) {
  await writeFile(join(fixture.folder, SCRIPT), replaceAll(script, changes));
  const outcome = await run("bash", [SCRIPT], { cwd: fixture.folder, env: { IMAGE: tag } });
  for (const list of ["ps -aq", "network ls -q", "volume ls -q"])
    expect((await run("docker", [...list.split(" "), "--filter", "label=verify-prod"])).stdout).toBe("");
  return outcome;
}

it("names no path of this machine", () => {
  expect(script).not.toContain(fixture.folder);
  expect(script).toContain('-t "$run-own" own');
});

it("starts them, each ready, runs the migration, and the image finds them by their names", async () => {
  const { stdout, stderr } = await proven();
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^pass {6}migrate ends with 0$/m);
  expect(stdout).toMatch(/^pass {6}GET \/health answers 200/m);
});

it("ends with what a sidecar says that is never ready", async () => {
  const { code, stdout, stderr } = await proven([["redis:7\n", "redis:7 --no-such-option\n"]]);
  expect(code).toBe(1);
  expect(stderr).toContain("cache is not ready");
  expect(stdout).toMatch(/no-such-option/);
});

it("fails where the migration does", async () => {
  const { code, stdout } = await proven([["http://store:9999'", "http://store:9999/no-such-table'"]]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/HTTP Error 404/);
  expect(stdout).toMatch(/^FAIL {6}migrate ends with 0$/m);
});
