import { expect, it } from "vitest";
import type { BuildRequest, Container, Engine, StartOptions } from "../../src/engine/engine.ts";
import type { BuildSide, Contract, Image } from "../../src/model/types.ts";
import type { BesideFacts } from "../../src/pipeline/beside.ts";
import type { Sidecar } from "../../src/pipeline/config.ts";
import { type SidecarFacts, startSidecars } from "../../src/pipeline/sidecars.ts";
import { besideEach } from "../../src/pipeline/start-beside.ts";

const aws: Sidecar = { name: "aws", image: "moto:5", port: 5555, health: "/ready", env: { MODE: "small" } };
const contract = {
  env: [
    { name: "AWS_ENDPOINT_URL", required: false, secret: false, example: "http://{aws}", given: true },
    { name: "PATTERN", required: true, secret: false, example: "{nobody}" },
  ],
} as unknown as Contract;

/** An engine that writes down what it is asked, and containers that answer with these statuses in turn. */
function lab(statuses: readonly number[]) {
  const log: string[] = [];
  const builds: BuildRequest[] = [];
  const image = { id: "sha256:1" } as Image;
  const container = (reference: string): Container =>
    ({
      url: (port: number, path: string) => new URL(path, `http://172.17.0.5:${port}`),
      logs: () => Promise.resolve([{ stream: "stderr", at: 0, text: "no such bucket" }]),
      [Symbol.asyncDispose]: () => Promise.resolve(void log.push(`stop ${reference}`)),
    }) as unknown as Container;
  const answers = [...statuses];
  const facts: SidecarFacts = {
    engine: {
      ensure: (reference) => Promise.resolve(void log.push(`ensure ${reference}`)).then(() => image),
      build: (request) => {
        builds.push(request);
        return Promise.resolve({ image, milliseconds: 1, steps: [] });
      },
      start: (id, { env }: StartOptions) => {
        log.push(`start ${id} ${JSON.stringify(env)}`);
        return Promise.resolve(container(id));
      },
    },
    sidecars: [aws],
    folder: "/service/docker",
    directory: "/tmp",
    runId: "run",
    ca: "/ca.pem",
    signal: new AbortController().signal,
    fetch: () => Promise.resolve(new Response("", { status: answers.shift() ?? 500 })),
    tell: () => {},
    patienceMs: 300,
  };
  return { facts, log, builds };
}

it("starts a sidecar, waits until it answers, and puts its address where its name is", async () => {
  const { facts, log } = lab([503, 200]);
  const beside = await startSidecars(facts);
  expect(log).toEqual(["ensure moto:5", 'start sha256:1 {"MODE":"small"}']);
  expect(beside.withAddresses(contract).env.map(({ example }) => example)).toEqual([
    "http://172.17.0.5:5555",
    "{nobody}",
  ]);
  await beside[Symbol.asyncDispose]();
  expect(log.at(-1)).toBe("stop sha256:1");
});

it("builds one from a folder beside the service, with the company's CA as a secret", async () => {
  const { facts, builds } = lab([200]);
  await using _ = await startSidecars({
    ...facts,
    sidecars: [{ name: "aws", build: "../aws", port: 5555, health: "/ready" }],
  });
  expect(builds[0]).toMatchObject({
    context: "/service/aws",
    dockerfile: "/service/aws/Dockerfile",
    tag: "seaworthy/sidecar-aws:run",
    secrets: { "ca-bundle": "/ca.pem" },
  });
});

it("says so when one never answers, with its log, and stops it", async () => {
  const { facts, log } = lab([]);
  await expect(startSidecars(facts)).rejects.toMatchObject({
    code: "sidecar/not-healthy",
    details: ["no such bucket"],
  });
  expect(log.at(-1)).toBe("stop sha256:1");
});

it("refuses one that is nothing", async () => {
  const { facts } = lab([]);
  const nothing = { name: "aws", port: 1, health: "/" };
  await expect(startSidecars({ ...facts, sidecars: [nothing] })).rejects.toMatchObject({ code: "config/bad-value" });
});

it("starts nothing where none is named", async () => {
  const { facts, log } = lab([]);
  const beside = await startSidecars({ ...facts, sidecars: [] });
  expect(log).toEqual([]);
  expect(beside.withAddresses(contract)).toEqual(contract);
});

it("starts the team's own once for both images where no Compose file gives each a network", async () => {
  const { facts, log } = lab([200]);
  const { engine, ...own } = facts;
  const nothing: BesideFacts = {
    stack: { files: [], service: undefined, env: {}, steps: [], notStarted: ["db (postgres:17)"], leftOut: [] },
    roles: [],
    unknown: { sidecars: [], roles: [] },
    compose: undefined,
    isSettled: false,
  };
  const build = {} as BuildSide;
  const subjects = [
    { label: "before", build },
    { label: "after", build },
  ] as const;
  {
    await using beside = await besideEach(subjects, { engine: engine as Engine, facts: nothing, own, contract });
    const filled = beside.subjects.map((one) => one.beside?.filled(contract).env[0]?.example);
    expect(filled).toEqual(["http://172.17.0.5:5555", "http://172.17.0.5:5555"]);
    expect(beside.subjects.map((one) => one.beside?.image.notStarted)).toEqual([
      ["db (postgres:17)"],
      ["db (postgres:17)"],
    ]);
  }
  expect(log).toEqual(["ensure moto:5", expect.stringMatching(/^start /), "stop sha256:1"]);
});
