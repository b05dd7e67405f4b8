import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Plan, Service } from "../../src/model/types.ts";
import { type BesideFacts, findBeside } from "../../src/pipeline/beside.ts";
import { openSession } from "../../src/pipeline/session.ts";

const COMPOSE = `services:
  app: { build: ./docker, depends_on: [db] }
  db: { image: "postgres:17", environment: { POSTGRES_PASSWORD: pw }, env_file: .env }
`;
const plan = { contract: { portVariable: undefined }, image: { dockerfile: "Dockerfile.prod" } } as unknown as Plan;
const service = { dockerfiles: ["Dockerfile"], starts: [] } as unknown as Service;

/** A service in a folder below its Compose file. */
async function found(config: string): Promise<BesideFacts> {
  const root = await mkdtemp(join(tmpdir(), "seaworthy-beside-"));
  try {
    const folder = join(root, "docker");
    await mkdir(folder);
    await writeFile(join(folder, "Dockerfile"), "FROM python:3.13-slim\n");
    await writeFile(join(folder, "seaworthy.yaml"), config);
    await writeFile(join(root, "compose.yaml"), COMPOSE);
    await writeFile(join(root, ".env"), "REAL=secret\n");
    const { signal } = new AbortController();
    const session = await openSession(folder, {}, { env: {}, now: () => 0, fetch, signal, tell: () => {} });
    return await findBeside(session, plan, service);
  } finally {
    await rm(root, { recursive: true });
  }
}

it("reads a Compose file outside the folder, and no env file that may hold real secrets", async () => {
  const { stack } = await found("composeFiles: [../compose.yaml]\nsidecars: compose\n");
  expect(stack.service).toBe("app");
  expect(stack.steps).toMatchObject([{ sidecar: { name: "db", env: { POSTGRES_PASSWORD: "pw" } } }]);
  expect(JSON.stringify(stack)).not.toContain("REAL");
  expect(stack.leftOut).toEqual(["git does not track ../.env, and no example of it is there: it is not read"]);
});

it("starts the team's own first, and in place of the Compose service of its name", async () => {
  const own = (name: string) => `{ name: ${name}, build: ../stand-in, port: 5432, health: /ready, env: { A: b } }`;
  const { stack } = await found(`composeFiles: [../compose.yaml]\nsidecars: [${own("aws")}, db]\n`);
  expect(stack.steps).toMatchObject([
    {
      sidecar: {
        name: "aws",
        where: "seaworthy.yaml",
        build: { context: expect.stringMatching(/[^r]\/stand-in$/) as string },
        env: { A: "b" },
        ready: [{ kind: "http", port: 5432, path: "/ready" }],
      },
    },
    { sidecar: { name: "db", where: "../compose.yaml:3" } },
  ]);
  const replaced = await found(`composeFiles: [../compose.yaml]\nsidecars: [${own("db")}]\n`);
  expect(replaced.stack).toMatchObject({ steps: [{ sidecar: { where: "seaworthy.yaml" } }], notStarted: [] });
});

it("says nothing about Compose where nobody asks and there is none", async () => {
  expect(await found("")).toMatchObject({ stack: { steps: [], notStarted: [] }, roles: [], isSettled: false });
  expect((await found("sidecars: []\n")).isSettled).toBe(true);
});

it.each([
  ["sidecars: compose", "config/no-compose-file"],
  ["sidecars: [db]", "config/no-compose-file"],
  ["composeFiles: [elsewhere.yaml]", "config/no-compose-file"],
  ["composeFiles: [../compose.yaml]\nsidecars: [database]", "config/no-sidecar"],
  ["roles: [{ name: worker }]", "config/no-role"],
  [
    "sidecars: [{ name: a, image: x, port: 1, health: / }, { name: a, image: y, port: 1, health: / }]",
    "config/two-sidecars",
  ],
])("refuses what it cannot find: %j", async (config, code) => {
  await expect(found(`${config}\n`)).rejects.toMatchObject({ code, where: { file: "seaworthy.yaml" } });
});
