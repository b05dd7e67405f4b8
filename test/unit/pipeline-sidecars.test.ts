import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BuildRequest, Container, Engine, StartOptions } from "../../src/engine/engine.ts";
import type { BuildSide, Contract, Image } from "../../src/model/types.ts";
import type { BesideFacts } from "../../src/pipeline/beside.ts";
import type { Sidecar } from "../../src/pipeline/config.ts";
import { ownSidecar } from "../../src/pipeline/sidecars.ts";
import { besideEach } from "../../src/pipeline/start-beside.ts";

const aws: Sidecar = { name: "aws", image: "moto:5", port: 5555, health: "/ready", env: { MODE: "small" } };
const contract = {
  sidecars: [aws],
  env: [
    { name: "AWS_ENDPOINT_URL", required: false, secret: false, example: "http://{aws}", given: true },
    { name: "PATTERN", required: true, secret: false, example: "{nobody}" },
  ],
} as unknown as Contract;
const image = { id: "sha256:1", config: { labels: {} } } as unknown as Image;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-own-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What answers with these statuses in turn, and then with 500. */
async function server(statuses: readonly number[]) {
  const left = [...statuses];
  const listening = createServer((_, response) => response.writeHead(left.shift() ?? 500).end()).listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void listening.close() };
}

/** An engine that writes down what it is asked; its containers answer on that port of this machine. */
function lab(port: number, sidecars: readonly Sidecar[]) {
  const log: string[] = [];
  const builds: BuildRequest[] = [];
  const container = {
    url: (_: number, path: string) => new URL(path, `http://127.0.0.1:${port}`),
    logs: () => Promise.resolve([{ stream: "stderr", at: 0, text: "no such bucket" }]),
    exited: (signal: AbortSignal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("over")))),
    [Symbol.asyncDispose]: () => Promise.resolve(void log.push("stop")),
  } as unknown as Container;
  const engine = {
    ensure: (reference: string) => Promise.resolve(void log.push(`ensure ${reference}`)).then(() => image),
    build: (request: BuildRequest) => {
      builds.push(request);
      return Promise.resolve({ image, milliseconds: 1, steps: [] });
    },
    createNetwork: () =>
      Promise.resolve({ id: "net", [Symbol.asyncDispose]: () => Promise.resolve(void log.push("end of network")) }),
    start: (_: string, { alias, env, publish }: StartOptions) => {
      log.push(`start ${alias} ${JSON.stringify(env)} ${publish?.join(",")}`);
      return Promise.resolve(container);
    },
  } as unknown as Engine;
  const steps = sidecars.map((one) => ({ kind: "sidecar", sidecar: ownSidecar(one, "/service/docker") }) as const);
  const facts: BesideFacts = {
    stack: { files: [], service: undefined, env: {}, steps, notStarted: ["db (postgres:17)"], leftOut: [] },
    roles: [],
    unknown: { sidecars: [], roles: [] },
    compose: undefined,
    isSettled: false,
  };
  const { signal } = new AbortController();
  const run = { directory: folder, runId: "run", ca: "/ca.pem", signal, tell: () => {} };
  return { log, builds, request: { engine, facts, contract, run, patienceMs: 300 } };
}

const subjects = (["before", "after"] as const).map((label) => ({ label, build: { image } as BuildSide }));
const [before] = subjects;

it("starts the team's own for each image, waits until they answer, and puts addresses where names are", async () => {
  await using answers = await server([503, 200, 200]);
  const { log, request } = lab(answers.port, [aws]);
  {
    await using beside = await besideEach(subjects, request);
    for (const one of beside.subjects) {
      const filled = one.beside?.filled(contract).env.map(({ example }) => example);
      expect(filled).toEqual(["http://aws:5555", "{nobody}"]);
      expect(one.beside?.image.sidecars).toMatchObject([{ name: "aws", where: "seaworthy.yaml", problem: "" }]);
      expect(one.beside?.image.notStarted).toEqual(["db (postgres:17)"]);
    }
  }
  const one = ["ensure moto:5", 'start aws {"MODE":"small"} 5555'];
  const end = ["stop", "end of network"];
  expect(log).toEqual([...one, ...one, ...end, ...end]);
});

it("builds one from a folder beside the service, with the company's CA as a secret", async () => {
  await using answers = await server([200]);
  const { builds, request } = lab(answers.port, [{ name: "aws", build: "../aws", port: 5555, health: "/ready" }]);
  await using beside = await besideEach(subjects.slice(0, 1), request);
  expect(beside.subjects[0]?.beside?.image.sidecars[0]?.image).toBe("built from aws");
  expect(builds[0]).toMatchObject({
    context: "/service/aws",
    dockerfile: "/service/aws/Dockerfile",
    tag: "seaworthy/sidecar-aws:run",
    secrets: { "ca-bundle": "/ca.pem" },
  });
});

it("says so when one never answers as it should, and starts nothing without it", async () => {
  await using answers = await server([]);
  const { log, request } = lab(answers.port, [aws]);
  {
    await using beside = await besideEach(subjects.slice(0, 1), request);
    const [one] = beside.subjects;
    expect(one?.beside?.image.sidecars[0]?.problem).toMatch(
      /^not ready within \d+ s by GET \/ready on port 5555, which answered 500\. Its last line: no such bucket$/,
    );
    await expect(one?.beside?.engine.start("x", {})).rejects.toThrow(/Nothing was started: its sidecar aws \(moto:5\)/);
  }
  expect(log.slice(-2)).toEqual(["stop", "end of network"]);
});

it("starts nothing where none is named, and none for an image that does not build", async () => {
  const { log, request } = lab(1, []);
  await using nothing = await besideEach(subjects, request);
  expect(nothing.subjects.map(({ beside }) => beside?.filled(contract))).toEqual([contract, contract]);
  const { request: asked } = lab(1, [aws]);
  await using _ = await besideEach([{ ...before, label: "before", build: {} as BuildSide }], asked);
  expect(log).toEqual([]);
});
