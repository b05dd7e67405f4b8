import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { seaworthy } from "./support/cli.ts";

/** BuildKit's own checks (`docker build --check`) have nothing to say about what is rendered. */

const EXAMPLES = [".lab/examples/reactbin-api", ".lab/examples/benchling-webhook/docker", ".lab/examples/ragstar"];

interface Rework {
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode?: string }[];
}

/** The names of the checks that speak. The frontend is the current one: the one inside an engine may have no checks. */
async function checked(folder: string, dockerfile: string): Promise<readonly string[]> {
  const help = await run("docker", ["buildx", "build", "--help"]);
  // Before buildx 0.15 the same had another name, and was experimental.
  const flag = help.stdout.includes("--call") ? "--call=lint" : "--print=lint";
  const args = ["buildx", "build", flag, "--build-arg", "BUILDKIT_SYNTAX=docker/dockerfile:1"];
  const { stdout, stderr } = await run("docker", [...args, "-f", join(folder, dockerfile), folder], {
    env: { ...process.env, BUILDX_EXPERIMENTAL: "1" },
  });
  const said = `${stdout}\n${stderr}`;
  expect(said).not.toMatch(/^ERROR/m);
  return [...said.matchAll(/^WARNING: (\w+)/gm)].map(([, name = ""]) => name);
}

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-checks-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of the service with what the rework writes, and the Dockerfile among it. */
async function reworked(service: string): Promise<{ readonly folder: string; readonly dockerfile: string }> {
  const outcome = await seaworthy(["rework", "--offline", "--json", service]);
  expect(outcome).toMatchObject({ code: 0 });
  const { files } = JSON.parse(outcome.stdout) as Rework;
  const folder = await temporary();
  const left = /^(?:\.git|\.seaworthy)$/;
  await cp(service, folder, { recursive: true, filter: (path) => !left.test(relative(service, path)) });
  for (const { path, content, mode } of files) {
    if (mode === "block") continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const dockerfile = files.find(({ path }) => /(?:^|\/)Dockerfile(?:\.\w+)?$/.test(path) && !path.endsWith("ignore"));
  return { folder, dockerfile: dockerfile?.path ?? "" };
}

describe("BuildKit's checks", () => {
  it.each(EXAMPLES)("say nothing about the reworked %s", async (service) => {
    if (!existsSync(service)) throw new Error("Run `scripts/set-up-examples` first.");
    const { folder, dockerfile } = await reworked(service);
    expect(await checked(folder, dockerfile)).toEqual([]);
  });

  it("speak about a planted fault", async () => {
    const folder = await temporary();
    await writeFile(join(folder, "Dockerfile"), "FROM python:3.13-slim AS Base\nCMD echo hello\n");
    expect(await checked(folder, "Dockerfile")).toEqual(["StageNameCasing", "JSONArgsRecommended"]);
  });
});
