import { randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../../src/kit/exec.ts";
import { leftOf, start } from "../support/cli.ts";
import { type Fixture, tinyService } from "../support/tiny-service.ts";

/**
 * kill -9 in the middle of a run on engines beside the lab's own, each with its own way of labelling, listing and
 * removing. `scripts/engines.ts` starts them; the lab's own engine has its test in interrupt.test.ts.
 */
const ENGINES = (process.env["SEAWORTHY_ENGINES"] ?? "").split(" ").filter((host) => host !== "");
const BASE = "python:3.13-slim";
const why = ENGINES.length === 0 ? " (skipped: SEAWORTHY_ENGINES names no engine)" : "";

describe.skipIf(ENGINES.length === 0).each(ENGINES.length === 0 ? ["none"] : ENGINES)(`on %s${why}`, (host) => {
  const env = { DOCKER_HOST: host };
  const users = `users-own-${randomBytes(4).toString("hex")}`;
  let fixture: Fixture;

  const docker = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run("docker", args, { env });
    if (code !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  const scratch = () => join(fixture.folder, ".git", "scratch");
  const begin = () => start([`${fixture.folder}/`, "--repetitions", "1"], { ...env, TMPDIR: scratch() });

  beforeAll(async () => {
    fixture = await tinyService();
    await mkdir(scratch());
    const base = join(fixture.folder, ".git", "base.tar");
    await run("docker", ["pull", "--quiet", BASE]);
    await run("docker", ["save", "--output", base, BASE]);
    await docker("load", "--quiet", "--input", base);
    await docker("network", "create", users);
    await docker("volume", "create", users);
    await docker("tag", BASE, `seaworthy/${users}:1`);
    await docker("run", "-d", "--name", users, "--network", users, "-v", `${users}:/data`, BASE, "sleep", "3000");
  });

  afterAll(async () => {
    await docker("rm", "--force", "--volumes", users);
    await docker("network", "rm", users);
    await docker("volume", "rm", users);
    await docker("rmi", `seaworthy/${users}:1`);
    await fixture[Symbol.asyncDispose]();
  });

  async function expectUntouched(): Promise<void> {
    expect(await docker("inspect", "--format", "{{.State.Running}}", users)).toBe("true");
    for (const kind of ["network", "volume"])
      expect(await docker(kind, "ls", "-q", "--filter", `name=${users}`)).not.toBe("");
    expect(await docker("images", "-q", `seaworthy/${users}`)).not.toBe("");
  }

  it.each([
    ["builds", /Building the reworked image/],
    ["proves", /(before|after): (?!Built).* \([\d.]+ m?s\)/],
  ])("the next run sweeps what one left that was killed while it %s", async (_, moment) => {
    const killed = begin();
    await killed.said(moment);
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(await leftOf(fixture.folder, undefined, env)).not.toEqual([]);

    const next = begin();
    await next.said(/Taking up run/);
    await next.said(/Building today's image/);
    expect(await leftOf(fixture.folder, next.child.pid, env)).toEqual([]);
    const own = `-${next.child.pid}-`;
    expect((await readdir(scratch())).filter((name) => !name.includes(own))).toEqual([]);
    await expectUntouched();
    next.child.kill("SIGINT");
    await next.ended;
    expect(await leftOf(fixture.folder, undefined, env)).toEqual([]);
    await expectUntouched();
  });
});
