import { expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { type Beside, readBeside, type StackRequest } from "../../src/project/stack/read-stack.ts";
import { memoryTree } from "../../src/project/tree.ts";

const COMPOSE = `services:
  api:
    build: .
    command: uv run uvicorn app.main:app --port 8000
    env_file: .env
    environment: [LOG_LEVEL=debug, OTHER_URL=http://elsewhere:80]
    ports: ["8000:8000"]
    depends_on:
      migrate: { condition: service_completed_successfully }
  worker:
    build: .
    command: celery -A app worker
    stop_grace_period: 1m
    environment:
      BROKER_URL: redis://cache:6379/0
  migrate:
    build: .
    command: uv run --locked alembic upgrade head
    env_file: .env
    depends_on: { db: { condition: service_healthy } }
  db:
    image: \${PG_IMAGE:-postgres:17}
    privileged: true
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: \${DB_PASSWORD}
    volumes: ["db:/var/lib/postgresql/data", "./init:/docker-entrypoint-initdb.d:ro"]
    healthcheck: { test: ["CMD", "pg_isready"], timeout: 3s }
  cache:
    image: redis:7-alpine
  bucket:
    image: minio/minio
    entrypoint: sh -c 'mc mb local/x'
    depends_on: [store]
  store:
    image: registry.example/store:1
    expose: ["9123"]
  elsewhere:
    image: nginx
volumes: { db: {} }
`;
const FILES = {
  "compose.yaml": COMPOSE,
  ".env.example":
    'DATABASE_URL="postgresql://shop:pw@db:5432/shop"\nSECRET_KEY=dev-only\nDB_USER=shop\nSTORE=http://store\nMODE=small\n',
  Dockerfile: "FROM python:3.13\n",
};

const beside = (
  more: Partial<StackRequest> & { readonly changes?: Readonly<Record<string, string>> } = {},
): Promise<Beside> => {
  const { changes = {}, ...request } = more;
  const tree = memoryTree({ ...FILES, ...changes });
  return readBeside(
    {
      source: { tree, read: (file) => Promise.resolve(tree.read(file)), files: undefined },
      root: "/service",
      wanted: "all",
      own: [],
      roles: [],
      starts: [],
      kept: undefined,
      dockerfiles: ["Dockerfile", "Dockerfile.prod"],
      reworked: {},
      ...request,
    },
    [],
  );
};
const steps = ({ stack }: Beside) =>
  stack.steps.map((step) => (step.kind === "task" ? `task ${step.role}` : step.sidecar.name));
const sidecarIn = ({ stack }: Beside, name: string) =>
  stack.steps.flatMap((step) => (step.kind === "sidecar" && step.sidecar.name === name ? [step.sidecar] : []))[0];

it("takes what the service and its roles need, each after what it needs itself", async () => {
  const found = await beside();
  expect(found.stack.service).toBe("api");
  expect(steps(found)).toEqual(["db", "task migrate", "store", "elsewhere", "cache"]);
});

it("starts a sidecar as Compose does, with new volumes, no bind mount and no more rights", async () => {
  const found = await beside();
  expect(sidecarIn(found, "db")).toEqual({
    name: "db",
    where: "compose.yaml:22",
    image: "postgres:17",
    env: { POSTGRES_USER: "shop", POSTGRES_PASSWORD: "throw-away-0123456789" },
    volumes: ["/var/lib/postgresql/data"],
    tmpfs: [],
    ready: [
      { kind: "healthcheck", test: ["CMD", "pg_isready"], timeoutMs: 3000 },
      { kind: "command", argv: ["pg_isready", "-h", "127.0.0.1", "-U", "shop"] },
    ],
  });
  expect(sidecarIn(found, "cache")?.ready).toEqual([{ kind: "port", port: 6379 }]);
  expect(sidecarIn(found, "store")?.ready).toEqual([{ kind: "port", port: 9123 }]);
  expect(found.stack.leftOut).toEqual(
    expect.arrayContaining([
      "db: nothing of this machine is mounted at /docker-entrypoint-initdb.d",
      "db: no more rights are given (privileged)",
      "`DB_PASSWORD` is set in no tracked file: a value of ours stands for it",
      "git does not track .env: .env.example is read in its place",
    ]),
  );
});

it("gives the service addresses and accounts of its sidecars and what is no secret, and nobody's secrets", async () => {
  const { stack } = await beside();
  expect(stack.env).toEqual({
    DATABASE_URL: "postgresql://shop:pw@db:5432/shop",
    DB_USER: "shop",
    STORE: "http://store",
    MODE: "small",
    LOG_LEVEL: "debug",
    OTHER_URL: "http://elsewhere:80",
  });
});

it("starts only what the team names, with what that needs, and says what stays away", async () => {
  const found = await beside({ wanted: ["db"] });
  expect(steps(found)).toEqual(["db", "task migrate"]);
  expect(found.stack.notStarted).toEqual([
    "store (registry.example/store:1)",
    "elsewhere (nginx)",
    "cache (redis:7-alpine)",
  ]);
  // An address of what is not there is not given.
  expect(Object.keys(found.stack.env).toSorted()).toEqual(["DATABASE_URL", "DB_USER", "LOG_LEVEL", "MODE"]);
  const [worker, migrate] = found.roles;
  expect(worker?.notRun).toBe("it needs cache (redis:7-alpine), and nothing started it");
  expect(migrate).toMatchObject({ name: "migrate", kind: "task", first: true });
  expect(migrate?.notRun).toBeUndefined();
});

it("leaves out what the team describes itself, and gives the service its address", async () => {
  const found = await beside({ own: ["db"] });
  expect(steps(found)).toEqual(expect.not.arrayContaining(["db"]));
  expect(found.stack.env["DATABASE_URL"]).toBe("postgresql://shop:pw@db:5432/shop");
  expect(found.roles.find(({ name }) => name === "migrate")?.notRun).toBeUndefined();
});

it("knows a worker that a shell starts before it says something more", async () => {
  const worker = "command: [sh, -c, 'celery -A app worker; echo ended']";
  const changes = { "compose.yaml": COMPOSE.replace("command: celery -A app worker", worker) };
  const { roles } = await beside({ changes });
  expect(roles.find(({ name }) => name === "worker")).toMatchObject({ kind: "worker" });
});

it("starts nothing where nobody asks for it", async () => {
  const { stack, roles } = await beside({ wanted: undefined });
  expect(stack.steps).toEqual([]);
  expect(stack.env).toEqual({});
  expect(stack.notStarted).toContain("db (postgres:17)");
  expect(roles.every(({ notRun }) => notRun !== undefined)).toBe(true);
});

it("is not certain of a role that a stage to develop in starts: the image that ships may have no uv", async () => {
  const changes = { "compose.yaml": COMPOSE.replaceAll("build: .", "build: { context: ., target: dev }") };
  expect(changes["compose.yaml"]).not.toBe(COMPOSE);
  const { roles } = await beside({ changes, makesImage: (_, target) => target !== "dev" });
  expect(roles.map(({ certain }) => certain)).toEqual([false, false]);
  const shipped = await beside({ changes, makesImage: () => true });
  expect(shipped.roles.map(({ certain }) => certain)).toEqual([true, true]);
});

it("knows the roles with their commands on today's image and on the reworked one", async () => {
  const { roles } = await beside({ reworked: { migrate: ["alembic", "upgrade", "head"] } });
  expect(roles.find(({ name }) => name === "migrate")).toMatchObject({
    commands: [{ command: ["alembic", "upgrade", "head"] }],
    today: [{ command: ["uv", "run", "--locked", "alembic", "upgrade", "head"] }],
    certain: true,
  });
  expect(roles.find(({ name }) => name === "worker")).toMatchObject({
    kind: "worker",
    graceSeconds: 60,
    env: { BROKER_URL: "redis://cache:6379/0" },
  });
});

it("tries the plain command where only another image of the service is started so", async () => {
  const { roles } = await beside({ dockerfiles: ["Dockerfile.before", "Dockerfile.prod"] });
  expect(roles.find(({ name }) => name === "migrate")).toMatchObject({
    commands: [
      { command: ["alembic", "upgrade", "head"] },
      { command: ["uv", "run", "--locked", "alembic", "upgrade", "head"] },
    ],
    certain: false,
  });
});

it("lays an override over the file, and what a service extends under it", async () => {
  const changes = {
    "compose.yaml": `services:
  base: { image: "postgres:17", environment: { A: "1", B: "2" }, command: [postgres, -c, a=1] }
  db: { extends: { service: base }, environment: { B: "3" } }
  api: { build: ., depends_on: [db] }
`,
    "compose.override.yml": "services:\n  db: { environment: [C=4], command: [postgres] }\n",
  };
  const found = await beside({ changes });
  expect(found.stack.files).toEqual(["compose.yaml", "compose.override.yml"]);
  expect(sidecarIn(found, "db")).toMatchObject({ command: ["postgres"], env: { A: "1", B: "3", C: "4" } });
});

it("takes a role of the team's by its words, and the rest from the files", async () => {
  const found = await beside({
    wanted: undefined,
    roles: [{ name: "worker", ready: "ok" }, { name: "seed", command: "python seed.py 'a b'" }, { name: "unknown" }],
  });
  expect(found.roles.find(({ name }) => name === "worker")).toMatchObject({
    kind: "worker",
    ready: "ok",
    commands: [{ command: ["celery", "-A", "app", "worker"] }],
  });
  const seed = found.roles.find(({ name }) => name === "seed");
  expect(seed).toMatchObject({ kind: "task", commands: [{ command: ["python", "seed.py", "a b"] }] });
  expect(seed?.notRun).toBeUndefined();
  expect(found.unknown).toEqual({ sidecars: [], roles: ["unknown"] });
});

it("takes the command of a role from the line of the Procfile that has its name", async () => {
  const Procfile = "release: alembic upgrade head\nconsumer: python consume.py\n";
  const { starts } = await readService(memoryTree({ Procfile }));
  const roles = [{ name: "release" }, { name: "consumer", kind: "worker" as const }];
  const found = await beside({ wanted: undefined, starts, roles });
  expect(found.unknown.roles).toEqual([]);
  expect(found.roles.find(({ name }) => name === "release")).toMatchObject({
    kind: "task",
    where: "Procfile:1",
    commands: [{ command: ["alembic", "upgrade", "head"] }],
  });
  expect(found.roles.find(({ name }) => name === "consumer")?.commands).toEqual([
    { command: ["python", "consume.py"] },
  ]);
});

it("says which named service the Compose file does not have, and that there is none", async () => {
  expect((await beside({ wanted: ["database"] })).unknown.sidecars).toEqual(["database"]);
  expect((await beside({ changes: { "compose.yaml": "" } })).compose).toBeUndefined();
});

it("says that the build of a sidecar gets no arguments", async () => {
  const services = `services:
  api: { build: ., depends_on: [mock] }
  mock: { build: { context: ./mock, args: { VERSION: 2 } } }
`;
  const { stack } = await beside({ changes: { "compose.yaml": services } });
  expect(stack.leftOut).toContain("mock: the arguments of its build are not given");
});

it("takes a program of the service's own that no port leads to as a worker, which may end unless it is restarted", async () => {
  const services = (restart: string) => `services:
  consumer: { build: ., command: python -m app.consume${restart} }
  again: { build: ., command: "uvicorn app.main:app" }
  api: { build: ., command: uvicorn app.main:app, ports: ["80:8000"] }
`;
  const found = await beside({ changes: { "compose.yaml": services("") } });
  expect(found.stack.service).toBe("api");
  expect(found.roles).toMatchObject([{ name: "consumer", kind: "worker", mayEnd: true }]);
  const restarted = await beside({ changes: { "compose.yaml": services(", restart: always") } });
  expect(restarted.roles[0]?.mayEnd).toBeUndefined();
});
