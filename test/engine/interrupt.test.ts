import { createConnection, createServer, type Socket } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { ours, seaworthy, start } from "./support/cli.ts";
import { tinyService } from "./support/tiny-service.ts";

afterEach(async () => {
  expect(await ours(), "nothing of ours is left").toEqual([]);
});

/** Where a run is interrupted: the line that says it has got there. */
const moments: ReadonlyArray<readonly [string, RegExp]> = [
  ["while building the baseline", /Building before/],
  ["while building the reworked image", /Building after/],
  ["while probing", /(before|after): /],
];

describe.each(moments)("interrupted %s", (_, moment) => {
  it("removes everything at Ctrl-C, and the next run takes it up", async () => {
    await using fixture = await tinyService();
    const first = start([`${fixture.folder}/`, "--repetitions", "1"]);
    await first.said(moment);
    first.child.kill("SIGINT");
    const { code, stderr } = await first.ended;
    expect(stderr).toMatch(/Interrupted by SIGINT/);
    expect(code).toBe(2);
    expect(await ours()).toEqual([]);
    const second = start([`${fixture.folder}/`, "--repetitions", "1"]);
    await second.said(/Taking up run/);
    second.child.kill("SIGINT");
    await second.ended;
  });
});

it("sweeps what a killed run left, and nothing else", async () => {
  await using fixture = await tinyService();
  const mine = await run("docker", [
    "run",
    "-d",
    "--name",
    `users-own-${process.pid}`,
    "python:3.13-slim",
    "python",
    "-c",
    "import signal; signal.pause()",
  ]);
  try {
    const first = start([`${fixture.folder}/`, "--repetitions", "1"]);
    await first.said(/(before|after): /);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = start([`${fixture.folder}/`, "--repetitions", "1"]);
    await second.said(/Taking up run/);
    await second.said(/(before|after): /);
    second.child.kill("SIGINT");
    await second.ended;
    expect(await ours()).toEqual([]);
    const { stdout } = await run("docker", ["inspect", "-f", "{{.State.Running}}", mine.stdout.trim()]);
    expect(stdout.trim()).toBe("true");
  } finally {
    await run("docker", ["rm", "-f", mine.stdout.trim()]);
  }
});

it("says that the engine was lost when it stops in the middle", async () => {
  await using fixture = await tinyService();
  await using proxy = await engineProxy();
  const started = start([`${fixture.folder}/`, "--repetitions", "1"], { DOCKER_HOST: `unix://${proxy.path}` });
  await started.said(/Building after|(before|after): /);
  proxy.cut();
  const { code, stderr } = await started.ended;
  expect(stderr).toMatch(/\[engine\/(lost|build-failed|not-found)\]/);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBe(2);
  await seaworthy([`${fixture.folder}/`, "--repetitions", "1"]); // The next run sweeps what the lost one could not remove.
});

/** A door to the real engine that can be shut. */
async function engineProxy(): Promise<AsyncDisposable & { readonly path: string; cut(): void }> {
  const folder = await mkdtemp(join(tmpdir(), "sw-"));
  const path = join(folder, "engine.sock");
  const engine = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(engine);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => {});
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const cut = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return {
    path,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
