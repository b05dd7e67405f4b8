import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectEngine } from "../../src/engine/connect.ts";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import { run } from "../../src/kit/exec.ts";
import { BASE, buildFolder, connect } from "./engine-fixture.ts";

/** `scripts/lab-podman up`, then `scripts/lab-podman env`. */
const PODMAN = process.env["SEAWORTHY_PODMAN"];
const hasCommand = await run("podman", ["--version"]).then(
  ({ code }) => code === 0,
  () => false,
);
const skipped = PODMAN === undefined || !hasCommand;
const why = skipped
  ? " (skipped: SEAWORTHY_PODMAN names no Podman, or its command is not there; scripts/lab-podman up)"
  : "";

let engine: ConnectedEngine;
const runId = `test-podman-builds-${process.pid}`;

/** The lab's base goes to Podman as an archive: its registry speaks no TLS. */
async function givePodman(image: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
  await using docker = await connect();
  await docker.ensure(image);
  try {
    const archive = join(folder, "image.tar");
    const saved = await run("docker", ["save", "--output", archive, image], { env: docker.cli.env });
    const loaded = await run("podman", ["load", "--input", archive], { env: engine.cli.env });
    expect([saved.code, loaded.code]).toEqual([0, 0]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

beforeAll(async () => {
  if (skipped) return;
  engine = await connectEngine({ runId, signal: new AbortController().signal, env: process.env, host: PODMAN ?? "" });
  await givePodman(BASE);
});
afterAll(async () => {
  if (skipped) return;
  await engine.removeAllOf(runId, { images: true });
  await engine[Symbol.asyncDispose]();
});

it.skipIf(skipped)(`builds on Podman, with secrets, arguments and stages, and knows its cache${why}`, async () => {
  await using folder = await buildFolder({
    Dockerfile: [
      `FROM ${BASE} AS builder`,
      "ARG WHO",
      "COPY kept.txt ignored* /files/",
      "RUN --mount=type=secret,id=key wc -c < /run/secrets/key > /size && echo hello $WHO > /hello && ls /files > /list",
      `FROM ${BASE} AS other`,
      "RUN exit 1",
      `FROM ${BASE} AS runtime`,
      "COPY --from=builder /hello /size /list /",
      'HEALTHCHECK CMD ["true"]',
      "",
    ].join("\n"),
    "Dockerfile.dockerignore": "*\n!kept.txt\n",
    "kept.txt": "kept\n",
    "ignored.txt": "ignored\n",
    key: "four",
  });
  const who = `unique-${process.hrtime.bigint()}`;
  const secrets = { key: join(folder.path, "key") };
  const request = folder.request({ buildArgs: { WHO: who }, secrets, target: "runtime" });
  const first = await engine.build(request);
  expect(first.steps.find(({ name }) => name.startsWith("[builder 4/4] RUN"))).toMatchObject({ cached: false });
  expect(first.image.config).toMatchObject({ healthcheck: { test: ["CMD", "true"] } });
  expect(first.image.config.labels["seaworthy.run"]).toBe(runId);
  const textOf = async (path: string) => (await engine.readFile(first.image.id, path))?.bytes.toString("utf8").trim();
  expect([await textOf("/hello"), await textOf("/size"), await textOf("/list")]).toEqual([
    `hello ${who}`,
    "4",
    "kept.txt",
  ]);
  const second = await engine.build(request);
  const steps = second.steps.filter(({ name }) => /^\[(?!internal).*\] (?!FROM)/.test(name));
  expect(steps.map(({ cached }) => cached)).toEqual(steps.map(() => true));
  const third = await engine.build({ ...request, noCache: true });
  expect(third.steps.some(({ cached }) => cached)).toBe(false);
});

it.skipIf(skipped)(`names the step that fails on Podman, and a base that it cannot get${why}`, async () => {
  await using folder = await buildFolder({ Dockerfile: `FROM ${BASE}\nRUN echo said; exit 7\n` });
  await expect(engine.build(folder.request())).rejects.toMatchObject({
    code: "engine/build-failed",
    message: expect.stringMatching(/RUN echo said; exit 7.*exit status 7/) as string,
    details: expect.arrayContaining(["said"]) as string[],
  });
  await using other = await buildFolder({ Dockerfile: "FROM registry.invalid/no/such:1\n" });
  await expect(engine.build(other.request())).rejects.toMatchObject({
    code: "engine/base-not-found",
    message: expect.stringContaining("registry.invalid/no/such:1") as string,
  });
});
