import { afterAll, beforeAll, expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { ConnectedEngine, StartOptions } from "../../src/engine/engine.ts";
import { firstHealthy, whyUnhealthy } from "../../src/probes/support/health.ts";
import { logTail } from "../../src/probes/support/logs.ts";
import { BASE, connect } from "./engine-fixture.ts";

/** How the end of a service that never became healthy is told. */

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

async function told(code: string, options: StartOptions = {}): Promise<string> {
  const program = { entrypoint: ["python3", "-u", "-c", code], command: [], publish: [8000] };
  await using container = await engine.start(BASE, { ...program, ...options });
  const signal = AbortSignal.timeout(120_000);
  const health = await firstHealthy(container, { ...exampleContract, port: 8000 }, { limitMs: 100_000, signal });
  return whyUnhealthy(health, logTail(await container.logs()));
}

it("tells that the memory was not enough", async () => {
  const hungry = "print('loading'); b = bytearray(600_000_000)\nfor i in range(0, len(b), 4096): b[i] = 1";
  expect(await told(hungry, { memoryBytes: 64_000_000 })).toMatch(
    /the container was killed after .* because it ran out of memory\. Its last line: loading$/,
  );
});

it("tells that a worker was killed for want of memory while the first process went on to give up", async () => {
  const master = `
import os, sys
worker = os.fork()
if worker == 0:
    b = bytearray(600_000_000)
    for i in range(0, len(b), 4096): b[i] = 1
os.waitpid(worker, 0)
sys.exit("worker lost")`;
  expect(await told(master, { memoryBytes: 64_000_000 })).toMatch(/ran out of memory\. Its last line: worker lost$/);
});

it("tells the exit code of one that gives up, with its last words", async () => {
  expect(await told("import sys; sys.exit('no DATABASE_URL')")).toMatch(/exited with code 1 .*no DATABASE_URL$/);
});
