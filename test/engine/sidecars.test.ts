import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Check, judge } from "../../src/checks/check.ts";
import { rolesRun } from "../../src/checks/roles-run.ts";
import { routesAnswer } from "../../src/checks/routes-answer.ts";
import { sidecarsReady } from "../../src/checks/sidecars-ready.ts";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { BuildSide, CheckResult, Verdict } from "../../src/model/types.ts";
import { analyzeStep, dockerfileOf } from "../../src/pipeline/analyze-step.ts";
import { findBeside } from "../../src/pipeline/beside.ts";
import { openRun } from "../../src/pipeline/run-directory.ts";
import { openSession } from "../../src/pipeline/session.ts";
import { sidecarRun } from "../../src/pipeline/sidecars.ts";
import { besideEach } from "../../src/pipeline/start-beside.ts";
import { buildStep, pinStep, planStep, renderedDockerfile, renderStep } from "../../src/pipeline/steps.ts";
import { collectEvidence, evidenceOf } from "../../src/pipeline/verify.ts";
import { ordinaryRun } from "../../src/probes/ordinary-run.ts";
import { becomesReady } from "../../src/probes/support/sidecar.ts";
import { readinessOf } from "../../src/project/stack/families.ts";
import { roles } from "../../src/probes/roles.ts";
import { leftOf, seaworthy, start } from "./support/cli.ts";
import { tinyConfiguration, tinyService } from "./support/tiny-service.ts";
import { BASE, connect, soon } from "./engine-fixture.ts";

/** The real example beside the PostgreSQL and the bucket of its own Compose file: today's image and the reworked one. */
const EXAMPLE = ".lab/examples/reactbin-api";
const CHECKS: readonly Check[] = [sidecarsReady, rolesRun, routesAnswer];
const SIDES = ["before", "after"] as const;

beforeAll(async () => {
  await using engine = await connect();
  await engine.ensure(BASE);
});

describe("reactbin-api beside the sidecars of its Compose file", () => {
  let folder = "";
  let engine: ConnectedEngine;
  const verdicts: Record<(typeof SIDES)[number], Record<string, Verdict>> = { before: {}, after: {} };

  beforeAll(async () => {
    if (!existsSync(EXAMPLE)) throw new Error("Run `scripts/set-up-examples` first.");
    folder = await mkdtemp(join(tmpdir(), "seaworthy-sidecars-"));
    await cp(EXAMPLE, folder, { recursive: true, filter: (path) => basename(path) !== ".seaworthy" });
    const config = join(folder, "seaworthy.yaml");
    await writeFile(config, `${await readFile(config, "utf8")}\nsidecars: compose\n`);
    const { signal } = new AbortController();
    const session = await openSession(folder, {}, { env: process.env, now: Date.now, fetch, signal, tell: () => {} });
    const run = await openRun(folder, { now: Date.now(), fresh: true });
    engine = await connect({ runId: run.id });
    const analysis = await analyzeStep(session, run);
    const { service } = analysis;
    const plan = await planStep(session, run, analysis);
    const pins = await pinStep(session, run, plan);
    const files = await renderStep(session, run, { plan, pins, service });
    const built: Array<{ label: (typeof SIDES)[number]; build: BuildSide }> = [];
    for (const label of SIDES) {
      const dockerfile = label === "before" ? dockerfileOf(analysis) : renderedDockerfile(plan, files);
      const side = { label, dockerfile, overlay: label === "before" ? [] : files, service, pins, repetitions: 1 };
      built.push({ label, build: await buildStep(session, run, engine, { ...side, quick: true }) });
    }
    const { contract } = plan;
    const facts = await findBeside(session, plan, service);
    {
      await using beside = await besideEach(built, {
        engine,
        facts,
        contract,
        run: sidecarRun(session, run),
      });
      const { subjects } = beside;
      const probes = [roles, ordinaryRun];
      await collectEvidence({ engine, run, subjects, probes, service, contract, signal, onProbe: () => {} });
    }
    for (const side of SIDES)
      for (const check of CHECKS) {
        const seen = await evidenceOf(run, side, check.needs);
        verdicts[side][check.id] = judge(check, seen, { contract, service, side, before: undefined });
      }
  });
  afterAll(async () => {
    await engine.removeAllOf(await readlink(join(folder, ".seaworthy/runs/newest")), { images: true });
    await engine[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(SIDES)("has its database, its bucket and its migration, and every route answers: %s", (side) => {
    expect(verdicts[side]).toMatchObject({
      "sidecars-ready": {
        status: "pass",
        message: expect.stringMatching(/db \(postgres:17\) .* s3 \(minio.* bucket \(minio.*its end with exit code 0/),
      },
      "roles-run": { status: "pass", message: expect.stringMatching(/^migrate ended with 0/) },
      // Without the database this is 503, without the migration the other is 500.
      "routes-answer": {
        status: "pass",
        message: expect.stringMatching(/^Beside .*\/api\/v1\/ready 200, \/api\/v1\/reactions 200/),
      },
    });
  });

  it("leaves no container and no network", async () => {
    expect((await leftOf(folder)).filter((one) => !one.startsWith("image"))).toEqual([]);
  });
});

describe("readiness by a port", () => {
  const ready = [{ kind: "port", port: 9999 }] as const;
  const late = (seconds: number) =>
    `import http.server as h, time; time.sleep(${seconds}); h.test(h.SimpleHTTPRequestHandler, port=9999)`;
  const started = (engine: ConnectedEngine, command: readonly string[]) =>
    engine.start(BASE, { publish: [9999], command });

  it("is not deceived by the engine's proxy, which accepts before the server listens", async () => {
    await using engine = await connect();
    await using container = await started(engine, ["python", "-c", late(2)]);
    expect(await becomesReady(container, ready, { limitMs: 20_000, signal: soon() })).toMatchObject({ problem: "" });
    expect((await fetch(container.url(9999, "/"))).status).toBe(200);
  });

  it("says what became of one that never listens", async () => {
    await using engine = await connect();
    await using silent = await started(engine, ["python", "-c", late(600)]);
    const { problem } = await becomesReady(silent, ready, { limitMs: 1000, signal: soon() });
    // On a busy machine it is waited for longer.
    expect(problem).toMatch(/^not ready within [1-4] s by port 9999\. Its last line: The service wrote nothing\.$/);
    await using ended = await started(engine, ["python", "-c", "import sys; sys.exit('no room')"]);
    const ending = await becomesReady(ended, ready, { limitMs: 20_000, signal: soon() });
    expect(ending.problem).toBe("it ended with exit code 1. Its last line: no room");
  });

  it("knows a Redis that answers", async () => {
    await using engine = await connect();
    const { id } = await engine.ensure("redis:7");
    await using container = await engine.start(id, { publish: [6379], noNewPrivileges: true });
    const redis = readinessOf("redis:7", {});
    expect(await becomesReady(container, redis, { limitMs: 20_000, signal: soon() })).toMatchObject({
      by: "port 6379",
    });
    expect((await container.exec(["redis-cli", "ping"])).stdout.trim()).toBe("PONG");
  });
});

describe("a program of the team's own", () => {
  const store = (command: string) => ({
    "store/Dockerfile": `FROM ${BASE}\nCMD ["python", "-c", ${JSON.stringify(command)}]\n`,
    "seaworthy.yaml": tinyConfiguration(
      "sidecars: [{ name: store, build: store, port: 9999, health: /etc/ }]\n",
    ).replace('"hello"', '"http://{store}"'),
    "tiny/__init__.py": `import os, urllib.request\nurllib.request.urlopen(os.environ["TINY_GREETING"], timeout=5)\n`,
  });
  const verified = async (folder: string, ...options: readonly string[]) => {
    const { code, stdout, stderr } = await seaworthy(["verify", ...options, "--json", `${folder}/`]);
    if (!stdout.startsWith("[")) throw new Error(stderr);
    const checks = JSON.parse(stdout) as readonly CheckResult[];
    return { code, of: (id: string) => checks.find((check) => check.id === id) };
  };

  it("is reached by its name, ready before the service that asks it at its start", async () => {
    const serve = "import http.server as h; h.test(h.SimpleHTTPRequestHandler, port=9999)";
    await using fixture = await tinyService(store(serve));
    const { of } = await verified(fixture.folder, "--quick");
    expect(of("becomes-healthy")).toMatchObject({ status: "pass" });
    expect(await leftOf(fixture.folder)).toEqual([]);
  });

  it("fails its check when it ends, and nothing else is said of the image that was not started", async () => {
    await using fixture = await tinyService(store("import sys; sys.exit('no room')"));
    const { code, of } = await verified(fixture.folder);
    expect(code).toBe(1);
    expect(of("sidecars-ready")).toMatchObject({
      status: "fail",
      message: expect.stringMatching(
        /^store \(built from store, seaworthy\.yaml\) is not ready: it ended with exit code 1\. Its last line: no room/,
      ) as string,
    });
    for (const id of ["becomes-healthy", "read-only-root", "stop-answers-in-flight"])
      expect(of(id)).toMatchObject({
        status: "unproven",
        message: expect.stringContaining("its sidecar store (built from store) was not ready") as string,
      });
    expect(await leftOf(fixture.folder)).toEqual([]);
  });

  it("is not ready by a path that it does not have, and this says so", async () => {
    await using engine = await connect();
    const command = ["python", "-m", "http.server", "9999"];
    await using container = await engine.start(BASE, { publish: [9999], command });
    const ready = [{ kind: "http", port: 9999, path: "/nowhere" }] as const;
    const { problem } = await becomesReady(container, ready, { limitMs: 3000, signal: soon() });
    expect(problem).toMatch(
      /^not ready within \d+ s by GET \/nowhere on port 9999, which answered 404\. Its last line: /,
    );
  });
});

const COMPOSE = `services:
  tiny:
    build: .
    depends_on: { store: { condition: service_healthy } }
  store:
    image: python:3.13-slim
    command: python -m http.server 9999
    healthcheck: { test: [CMD, python, -c, "import urllib.request as r; r.urlopen('http://127.0.0.1:HEALTH')"] }
`;
const service = (port: number) =>
  tinyService({
    "compose.yaml": COMPOSE.replace("HEALTH", String(port)),
    "seaworthy.yaml": tinyConfiguration("sidecars: compose\n"),
  });

it("is killed while a sidecar comes up, and the next run removes the sidecar and its network", async () => {
  await using never = await service(9998);
  const started = start(["verify", "--quick", `${never.folder}/`]);
  await started.said(/Starting store beside the service/);
  // The container is there a moment after it is said.
  await until(async () => (await leftOf(never.folder, -1)).some((one) => one.startsWith("container")));
  started.child.kill("SIGKILL");
  await started.ended;
  expect((await leftOf(never.folder, -1)).some((one) => one.startsWith("network"))).toBe(true);
  await using engine = await connect();
  await engine.sweep();
  expect(await leftOf(never.folder)).toEqual([]);
});

it("leaves nothing when it is interrupted there", async () => {
  await using never = await service(9998);
  const started = start(["verify", "--quick", `${never.folder}/`]);
  await started.said(/Starting store beside the service/);
  started.child.kill("SIGINT");
  expect((await started.ended).code).toBe(2);
  expect(await leftOf(never.folder)).toEqual([]);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end;) if (await holds()) return;
  throw new Error("It did not come to that within 30 s.");
}
