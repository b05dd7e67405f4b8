import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import type { SecretSource } from "../../src/engine/engine.ts";
import { buildSecretsOf, valuesOf } from "../../src/pipeline/build-secrets.ts";
import { type Canaries, plantCanaries, withoutInvented } from "../../src/pipeline/canaries.ts";
import { readConfig } from "../../src/pipeline/config.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "canaries-"));
});
afterEach(() => rm(directory, { recursive: true }));

const DOCKERFILE = `ARG BASE_TOKEN
FROM scratch AS unused
ARG OTHER_TOKEN
FROM scratch
ARG INDEX_TOKEN VERSION=1 PIP_PASS=x TOKEN_URL
RUN --mount=type=secret,id=index,required=true --mount=type=cache,target=/c true
RUN --mount=type=secret,target=/etc/pip.conf --mount=type=secret,id=token,env=UV_TOKEN true
RUN --mount=type=secret,id=ca-bundle true
`;
const plant = (text: string, more: Partial<Parameters<typeof plantCanaries>[0]> = {}): Promise<Canaries> =>
  plantCanaries({
    dockerfile: parseDockerfile("Dockerfile", text),
    buildArgs: {},
    secrets: {},
    ca: undefined,
    directory: join(directory, "secrets"),
    ...more,
  });

const written = (source: SecretSource | undefined) => readFile(typeof source === "string" ? source : "nowhere", "utf8");

it("plants one value in each secret argument and each secret mount of what is built, and counts nothing else", async () => {
  const { values, buildArgs, secrets, invented } = await plant(DOCKERFILE);
  expect(Object.keys(buildArgs)).toEqual(["INDEX_TOKEN", "PIP_PASS"]);
  expect(Object.keys(secrets)).toEqual(["index", "pip.conf", "token"]);
  expect(values).toHaveLength(5);
  expect(new Set(values)).toEqual(new Set([...Object.values(buildArgs), ...Object.values(invented)]));
  expect(await written(secrets["index"])).toBe(invented["index"]);
  // Settings that hold a comment are no other settings.
  expect(await written(secrets["pip.conf"])).toBe(`# ${invented["pip.conf"]}\n`);
});

it("plants nothing where the build takes nothing secret", async () => {
  expect(await plant("FROM scratch\nARG VERSION\nRUN true\n")).toEqual({
    values: [],
    buildArgs: {},
    secrets: {},
    invented: {},
  });
});

it("leaves what the team gives as it is", async () => {
  const given = { buildArgs: { INDEX_TOKEN: "own" }, secrets: { index: { env: "INDEX" } } } as const;
  const { buildArgs, secrets, invented } = await plant(DOCKERFILE, given);
  expect(buildArgs).not.toHaveProperty("INDEX_TOKEN");
  expect(secrets["index"]).toEqual({ env: "INDEX" });
  expect(invented).not.toHaveProperty("index");
});

it("marks the CA bundle", async () => {
  const ca = join(directory, "ca.pem");
  await writeFile(ca, "certificates");
  const { secrets, values } = await plant("FROM scratch\n", { ca });
  expect(await written(secrets["ca-bundle"])).toBe(`certificates\n# ${values[0]}\n`);
});

it("takes back what was invented where the build can do without", async () => {
  const all = await plant(DOCKERFILE);
  const without = withoutInvented(all, parseDockerfile("Dockerfile", DOCKERFILE));
  expect(Object.keys(without.secrets)).toEqual(["index"]);
  expect(without.values).toHaveLength(3);
});

const session = async (text: string, env: Record<string, string>) => {
  await writeFile(join(directory, "seaworthy.yaml"), text);
  return { config: await readConfig(directory), folder: directory, world: { env } as never };
};

it("reads the team's secrets by name, and never takes a value into the configuration", async () => {
  await writeFile(join(directory, "pip.conf"), "[global]\nindex-url = https://u:hunter2@x/\n");
  const text = "buildSecrets: {index: {env: INDEX_TOKEN}, pip: {file: pip.conf}}\n";
  const own = await session(text, { INDEX_TOKEN: "hunter22" });
  expect(await buildSecretsOf(own)).toEqual({ index: { env: "INDEX_TOKEN" }, pip: join(directory, "pip.conf") });
  expect(await valuesOf(own)).toEqual(expect.arrayContaining(["hunter22", "https://u:hunter2@x/"]));
});

it.each([
  ["{index: {env: INDEX_TOKEN}}", "the variable INDEX_TOKEN is not set"],
  ["{index: {file: nowhere}}", "the file nowhere cannot be read"],
  ["{index: {}}", "either `file` or `env`"],
])("says which build secret is not there: %s", async (text, problem) => {
  const own = await session(`buildSecrets: ${text}\n`, {});
  await expect(buildSecretsOf(own)).rejects.toMatchObject({
    code: "config/no-build-secret",
    message: expect.stringContaining(problem),
  });
});
