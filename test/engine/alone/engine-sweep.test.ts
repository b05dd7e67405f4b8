import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ConnectedEngine } from "../../../src/engine/engine.ts";
import { run } from "../../../src/kit/exec.ts";
import { BASE, connect } from "../engine-fixture.ts";

interface Made {
  readonly pid: number;
  readonly container: string;
  readonly network: string;
  readonly tag: string;
}

const OWNER = fileURLToPath(new URL("../engine-owner.ts", import.meta.url));

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

const docker = async (...args: string[]) => (await run("docker", args, { env: engine.cli.env })).stdout.trim();
const containers = () => docker("ps", "--all", "--quiet", "--no-trunc");

/** Starts another process that owns things on the engine. `made` resolves when they exist; `ended` when the process is gone. */
function otherProcess(runId: string): { made: Promise<Made>; ended: Promise<unknown> } {
  let ended: Promise<unknown> = Promise.resolve();
  const made = new Promise<Made>((resolve, reject) => {
    ended = run(process.execPath, ["--import", "tsx", OWNER, runId], {
      onLine: (stream, line) => (stream === "stdout" ? resolve(JSON.parse(line) as Made) : undefined),
    }).then(({ stderr }) => reject(new Error(stderr)), reject);
  });
  return { made, ended };
}

it("removes what a killed process left behind, and nothing else", async () => {
  const other = otherProcess(`killed-${process.pid}`);
  const made = await other.made;
  const name = `seaworthy-users-own-${process.pid}`;
  const userTag = `seaworthy/users-own:${process.pid}`;
  const foreignTag = `users-own/copy:${process.pid}`;
  await docker("run", "--detach", "--name", name, BASE, "sleep", "600");
  await docker("tag", BASE, userTag);
  await docker("tag", made.tag, foreignTag);
  // A container of the user's made from our image inherits the image's labels, and is the user's all the same.
  const fromOurs = `${name}-from-ours`;
  await docker("run", "--detach", "--name", fromOurs, foreignTag, "sleep", "600");
  try {
    await using mine = await engine.start(BASE, { entrypoint: ["sleep", "600"] });

    expect(await engine.sweep()).not.toContain(`container ${made.container.slice(0, 12)}`);
    expect(await containers()).toContain(made.container);

    process.kill(made.pid, "SIGKILL");
    await other.ended;
    const kept = await engine.sweep({ keepTags: [made.tag] });
    expect(kept).toEqual(
      expect.arrayContaining([`container ${made.container.slice(0, 12)}`, `network ${made.network.slice(0, 12)}`]),
    );
    expect(kept).not.toContain(`image ${made.tag}`);
    expect(await docker("inspect", "--format", "{{.State.Running}}", fromOurs)).toBe("true");
    await docker("rm", "--force", fromOurs);
    expect(await engine.sweep()).toContain(`image ${made.tag}`);
    expect(await engine.sweep()).toEqual([]);

    expect(await engine.inspect(made.tag)).toBeUndefined();
    expect(await containers()).not.toContain(made.container);
    expect(await mine.running()).toBe(true);
    expect(await docker("inspect", "--format", "{{.State.Running}}", name)).toBe("true");
    expect(await engine.inspect(userTag)).toBeDefined();
    expect(await engine.inspect(foreignTag)).toBeDefined();
  } finally {
    await docker("rm", "--force", name, fromOurs);
    await docker("rmi", userTag, foreignTag);
  }
});

it("removes everything of one run at once, even after the signal fired", async () => {
  const controller = new AbortController();
  const runId = `cancelled-${process.pid}`;
  const cancelled = await connect({ runId, signal: controller.signal });
  const container = await cancelled.start(BASE, { entrypoint: ["sleep", "600"] });
  const neighbour = await engine.start(BASE, { entrypoint: ["sleep", "600"] });
  const waiting = container.exited(new AbortController().signal);
  const reason = new Error("Ctrl-C");
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(cancelled.start(BASE, {})).rejects.toBe(reason);
  expect(await cancelled.removeAllOf(runId)).toEqual([`container ${container.id.slice(0, 12)}`]);
  await cancelled[Symbol.asyncDispose]();
  expect(await neighbour.running()).toBe(true);
  await neighbour[Symbol.asyncDispose]();
});
