import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../../../src/kit/exec.ts";
import type { CheckResult } from "../../../src/model/types.ts";
import { leftOf, type Outcome, seaworthy, start } from "../support/cli.ts";
import { type Fixture, tinyService } from "../support/tiny-service.ts";

/**
 * Somebody listens on the service's port of this machine. Both the tool and the script publish on a port that is free;
 * each is also run with its search for one taken out, which must fail: else these tests could not.
 */
const PORT = 8000;
const IMAGE = `seaworthy-test/port-in-use:${process.pid}`;

let fixture: Fixture;
let listener: AsyncDisposable;
let script = "";

beforeAll(async () => {
  listener = await listening(PORT);
  fixture = await tinyService();
  const rework = await seaworthy(["rework", "--offline", "--json", fixture.folder]);
  const { files } = JSON.parse(rework.stdout) as { files: ReadonlyArray<{ path: string; content: string }> };
  script = files.find(({ path }) => path.endsWith("verify_production_image.sh"))?.content ?? "";
  expect(script).not.toBe("");
  const dockerfile = `FROM python:3.13-slim\nWORKDIR /app\nCOPY tiny tiny\nUSER 1001:1001\nCMD ["python", "-m", "tiny.server"]\n`;
  const build = ["buildx", "build", "--builder", "default", "--load", "--tag", IMAGE, "-f", "-", fixture.folder];
  expect(await run("docker", build, { input: dockerfile })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await run("docker", ["rmi", "--force", IMAGE]);
  await listener[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

/** A real listener on the port: ours, or whoever was there before. */
async function listening(port: number): Promise<AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((fulfil) => server.once("error", () => fulfil()).listen(port, "127.0.0.1", fulfil));
  return { [Symbol.asyncDispose]: () => new Promise((fulfil) => void server.close(() => fulfil())) };
}

/** The text with the search for a free port taken out. */
function withFixedPort(text: string, from: string, to: string): string {
  expect(text.split(from)).toHaveLength(2);
  return text.replace(from, to);
}

async function runScript(text: string): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
  try {
    await cp(fixture.folder, folder, { recursive: true });
    const file = join(folder, "scripts", "verify_production_image.sh");
    await run("mkdir", ["-p", join(folder, "scripts")]);
    await writeFile(file, text);
    await chmod(file, 0o755);
    return await run(file, [], { cwd: folder, env: { IMAGE } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
const HEALTHY = /^pass +GET \/health answers 200/m;

it("the script proves the image on a free port", async () => {
  const { stdout, stderr } = await runScript(script);
  expect(`${stdout}${stderr}`).toMatch(HEALTHY);
  expect(stdout).toMatch(/^pass +without TINY_GREETING it refuses to start and names it/m);
});

it("the script would fail on a fixed port, and leaves nothing behind then either", async () => {
  const fixed = withFixedPort(script, '-p "127.0.0.1::$port"', '-p "127.0.0.1:$port:$port"');
  const { code, stdout, stderr } = await runScript(fixed);
  expect(stdout).not.toMatch(HEALTHY);
  expect(`${stdout}${stderr}`).toMatch(/port is already allocated|address already in use/);
  expect(code).not.toBe(0);
  const left = await run("docker", ["ps", "-aq", "--filter", `ancestor=${IMAGE}`]);
  expect(left.stdout).toBe("");
});

const verdictOf = ({ stdout }: Outcome, id: string): CheckResult | undefined =>
  (JSON.parse(stdout) as readonly CheckResult[]).find((check) => check.id === id);

it("the tool proves the image on a free port", async () => {
  const outcome = await seaworthy(["verify", "--image", IMAGE, "--json", fixture.folder]);
  expect(verdictOf(outcome, "becomes-healthy")?.status).toBe("pass");
  expect(await leftOf(fixture.folder)).toEqual([]);
});

it("the tool would prove nothing on a fixed port, and says why", async () => {
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
  await cp("dist", join(folder, "dist"), { recursive: true });
  await cp("package.json", join(folder, "package.json"));
  await symlink(resolve("node_modules"), join(folder, "node_modules"));
  await plant(join(folder, "dist/esm"));
  const outcome = await start(["verify", "--image", IMAGE, "--json", fixture.folder], {}, join(folder, "dist/cli.js"))
    .ended;
  await rm(folder, { recursive: true, force: true });
  const verdict = verdictOf(outcome, "becomes-healthy");
  expect(verdict?.status).not.toBe("pass");
  expect(verdict?.message).toMatch(/port is already allocated|address already in use/);
  expect(outcome.code).toBe(1);
  expect(await leftOf(fixture.folder)).toEqual([]);
});

/** Takes the search for a free port out of a built command line. */
async function plant(dist: string): Promise<void> {
  const search = /HostPort:\s*""/;
  let planted = 0;
  for (const name of readdirSync(dist).filter((file) => file.endsWith(".js"))) {
    const text = await readFile(join(dist, name), "utf8");
    if (!search.test(text)) continue;
    await writeFile(join(dist, name), text.replace(search, `HostPort: "${PORT}"`));
    planted += 1;
  }
  expect(planted).toBeGreaterThan(0);
}
