import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { BuildSide } from "../../src/model/types.ts";
import { recognisable } from "../../src/pipeline/build-secrets.ts";
import { buildSide, type SideRequest } from "../../src/pipeline/build-side.ts";
import { layers } from "../../src/probes/layers.ts";
import { parseMirrors } from "../../src/registry/endpoints.ts";
import { sampleService } from "../golden/sample-service.ts";
import { BASE, connect, soon } from "./engine-fixture.ts";

let engine: ConnectedEngine;
let root = "";
beforeAll(async () => {
  engine = await connect();
});
afterAll(() => engine[Symbol.asyncDispose]());
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "build-secrets-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const SECRET = "hunter2-of-the-team";
process.env["SEAWORTHY_TEST_SECRET"] = SECRET;

async function build(steps: string, buildSecrets: SideRequest["buildSecrets"] = {}): Promise<BuildSide> {
  const text = `FROM ${BASE}\n${steps}\n`;
  await writeFile(join(root, "Dockerfile"), text);
  await writeFile(join(root, "app.py"), "print(1)\n");
  const request: SideRequest = {
    label: "before",
    root,
    service: { ...sampleService, files: ["Dockerfile", "app.py"], lock: undefined },
    dockerfile: parseDockerfile("Dockerfile", text),
    overlay: [],
    target: undefined,
    buildArgs: {},
    buildSecrets,
    revision: undefined,
    platform: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
    externals: [BASE],
    pins: [],
    mirrors: parseMirrors(process.env["SEAWORTHY_MIRRORS"]),
    ca: undefined,
    caAs: "secret",
    repetitions: 1,
    tag: `seaworthy/build-secrets:${root.slice(-6).toLowerCase()}`,
    directory: join(root, "run"),
    inputKey: "",
    earlier: undefined,
    quick: true,
  };
  return buildSide(engine, request, soon());
}

/** Everything that is left in the folder of the run. */
async function leftBehind(): Promise<string> {
  const names = await readdir(join(root, "run"), { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
}

it("gives the team's secret to a build that requires it, and leaves its value nowhere", async () => {
  const steps = "RUN --mount=type=secret,id=index,required=true test -s /run/secrets/index && cat /run/secrets/index";
  const side = await build(steps, { index: { env: "SEAWORTHY_TEST_SECRET" } });
  expect(side.image).toBeDefined();
  expect(side).toMatchObject({ planted: 0, canaries: [] });
  expect(JSON.stringify(side) + (await leftBehind())).not.toContain(SECRET);
});

it("plants a value in a mount that nobody gives, and takes its file away", async () => {
  const side = await build("RUN --mount=type=secret,id=index,required=true cp /run/secrets/index /kept");
  expect(side.planted).toBe(1);
  expect(side.image).toBeDefined();
  expect(await leftBehind()).not.toContain(side.canaries?.[0]);
});

it("builds without a random value that breaks it, where the secret may be left out", async () => {
  const side = await build("RUN --mount=type=secret,id=index if [ -e /run/secrets/index ]; then exit 1; fi");
  expect(side.image).toBeDefined();
  expect(side).toMatchObject({ planted: 0, canaries: [] });
});

it("says where to give a secret that the build cannot do without", async () => {
  const side = await build("RUN --mount=type=secret,id=index,required=true grep -q hunter2 /run/secrets/index");
  expect(side.image).toBeUndefined();
  expect(side.failure?.log.at(-1)).toContain("`buildSecrets` in seaworthy.yaml");
});

it("is told by the walk over the layers where the team's secret stayed, also below a later layer", async () => {
  const mount = "RUN --mount=type=secret,id=index,required=true";
  const given = { index: { env: "SEAWORTHY_TEST_SECRET" } };
  const found = async (steps: string) => {
    const { image } = await build(steps, given);
    if (image === undefined) throw new Error("it builds");
    const context = {
      engine,
      image,
      service: { ...sampleService, programs: [] },
      contract: exampleContract,
      build: undefined,
      buildSecrets: recognisable(`${SECRET}\n`),
      evidenceDirectory: root,
      shared: {},
      signal: soon(),
    };
    const { canaries } = await layers.collect(context);
    expect(JSON.stringify(canaries)).not.toContain(SECRET);
    return canaries;
  };
  expect(await found(`${mount} test -s /run/secrets/index`)).toMatchObject({ given: 1, found: [] });
  const kept = `${mount} printf 'password: %s' "$(cat /run/secrets/index)" > /opt/kept`;
  expect((await found(kept)).found).toEqual([expect.stringMatching(/^layer \d+: \/opt\/kept$/)]);
  expect((await found(`${kept}\nRUN rm /opt/kept`)).found).toEqual([expect.stringMatching(/: \/opt\/kept$/)]);
});
