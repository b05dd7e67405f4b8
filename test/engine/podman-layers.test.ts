import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { start } from "./support/cli.ts";
import { type Fixture, tinyService } from "./support/tiny-service.ts";

/** `scripts/lab-podman up`, then `scripts/lab-podman env`. */
const PODMAN = process.env["SEAWORTHY_PODMAN"];
const BASE = "python:3.13-slim";
const podman = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await run("podman", args, { env: { CONTAINER_HOST: PODMAN } });
  if (code !== 0) throw new Error(`podman ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
};
const canLabel = await podman("build", "--help").then(
  (help) => help.includes("--layer-label"),
  () => false,
);
const skipped = PODMAN === undefined || !canLabel;
const why = skipped ? " (skipped: SEAWORTHY_PODMAN names no Podman that labels layers; scripts/lab-podman up)" : "";

const once = randomBytes(4).toString("hex");
const users = `users-own-${once}`;
const dockerfile = (end: string) =>
  `FROM ${BASE}\nRUN echo ${once} > /one\n${end}\nCOPY . .\nCMD ["python", "-m", "tiny.server"]\n`;
let fixture: Fixture;

/** The layers without a name that carry a label, of one run or of any. */
const layers = async (label = "seaworthy.object=layer") =>
  (await podman("images", "--all", "--quiet", "--no-trunc", "--filter", `label=${label}`)).split("\n").filter(Boolean);
const begin = () =>
  start(["build", `${fixture.folder}/`, "--repetitions", "1"], {
    DOCKER_HOST: PODMAN ?? "",
    PATH: process.env["PATH"] ?? "",
  });

beforeAll(async () => {
  if (skipped) return;
  fixture = await tinyService({ Dockerfile: dockerfile("RUN sleep 20") });
});
afterAll(async () => {
  if (skipped) return;
  await podman("rmi", "--force", users);
  await fixture[Symbol.asyncDispose]();
});

it.skipIf(skipped)(
  `the next run removes the layers that a killed one left on Podman, and none of the user's${why}`,
  async () => {
    const before = new Set(await layers());
    const killed = begin();
    await killed.said(/Building today's image/);
    // Its first step is an image as soon as the next one begins.
    await expect.poll(async () => (await layers()).some((id) => !before.has(id)), { timeout: 180_000 }).toBe(true);
    killed.child.kill("SIGKILL");
    await killed.ended;
    const left = new Set((await layers()).filter((id) => !before.has(id)));

    // The user builds without a name, and with one on top of a layer of ours that he finds in the cache.
    const own = join(fixture.folder, ".git", "Dockerfile");
    const built = async (text: string, ...more: readonly string[]) => {
      await writeFile(own, text);
      return (await podman("build", "--quiet", "--file", own, ...more, fixture.folder)).split("\n").at(-1) ?? "";
    };
    const dangling = await built(`FROM ${BASE}\nRUN echo ${users} > /own\n`);
    const named = await built(`FROM ${BASE}\nRUN echo ${once}-b > /one\n`, "--tag", users);

    await writeFile(join(fixture.folder, "Dockerfile"), dockerfile("RUN echo next"));
    const next = await begin().ended;
    expect(next).toMatchObject({ code: 0 });
    const there = await layers();
    expect(there.filter((id) => left.has(id))).toEqual([]);
    const all = await podman("images", "--all", "--quiet", "--no-trunc");
    for (const id of [dangling, named]) expect(all).toContain(id);
    await podman("rmi", dangling);
  },
);
