import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const read = async (files: Readonly<Record<string, string>>) => readService(memoryTree(files));
const starts = async (files: Readonly<Record<string, string>>) =>
  (await read(files)).starts.map(
    ({ source, role, argv, evidence }) => `${source} ${role} ${argv.join(" ")} @${evidence.line}`,
  );

describe("files beside it", () => {
  it("reads Compose, and leaves other images alone", async () => {
    const compose = `x-env: &env
  REGION: eu-1
services:
  web:
    build: .
    command: uv run uvicorn a:b
    environment:
      <<: *env
    stop_grace_period: 1m30s
    healthcheck:
      test: ["CMD-SHELL", "curl -f localhost || exit 1"]
  worker:
    image: shop
    command: ["celery", "-A", "shop", "worker"]
  db:
    image: postgres
    command: postgres -c x=y
    healthcheck:
      test: pg_isready
`;
    const service = await read({ "compose.yaml": compose, "a.py": 'import os\nos.environ["REGION"]\n' });
    expect(service.starts.map(({ role, argv, evidence }) => [role, argv[0], evidence.line])).toEqual([
      ["web", "uvicorn", 6],
      ["worker", "celery", 14],
    ]);
    expect(service.outsideProbes).toMatchObject([{ source: "compose", program: "curl", evidence: { line: 11 } }]);
    expect(service.gracePeriods).toMatchObject([{ value: 90, evidence: [{ line: 9 }] }]);
    expect(service.outsideLimits.map(({ container, graceSeconds }) => [container, graceSeconds])).toEqual([
      ["web", 90],
      ["worker", undefined],
    ]);
    expect(service.env[0]?.kind).toBe("region");
  });

  it("tells what Compose lays over the image, in both forms and from an override", async () => {
    const { composeMounts } = await read({
      "deploy/compose.yaml": `services:
  api:
    build: { context: .., dockerfile: api.Dockerfile }
    volumes:
      - ../:/app:ro
      - /app/.venv
      - cache:/var/cache
  db:
    image: postgres
    volumes: ["./data:/var/lib/postgresql"]
`,
      "deploy/compose.override.yaml": `services:
  api:
    command: uv run uvicorn app.main:app
    volumes:
      - type: bind
        source: ./src
        target: /app/src
`,
    });
    const seen = composeMounts.map(({ evidence, ...mount }) => ({ ...mount, at: `${evidence.file}:${evidence.line}` }));
    expect(seen.toSorted((a, b) => (a.to < b.to ? -1 : 1))).toEqual([
      {
        name: "api",
        builds: "api.Dockerfile",
        from: "./",
        to: "/app",
        volumes: ["/app", "/app/.venv", "/var/cache"],
        installs: false,
        at: "deploy/compose.yaml:5",
      },
      {
        name: "api",
        builds: "api.Dockerfile",
        from: "deploy/src",
        to: "/app/src",
        volumes: ["/app/src"],
        installs: true,
        at: "deploy/compose.override.yaml:5",
      },
    ]);
  });

  it("reads Kubernetes, Helm and ECS", async () => {
    const k8s =
      'apiVersion: v1\nkind: Pod\nspec:\n  terminationGracePeriodSeconds: 45\n  containers:\n    - name: a\n      command: ["uvicorn"]\n      args: ["a:b"]\n      livenessProbe:\n        exec:\n          command: [wget, -q, x]\n';
    const helm =
      "kind: Deployment\nspec:\n  template:\n    spec:\n      {{- if .Values.x }}\n      containers:\n        - name: {{ .Chart.Name }}\n          args: [gunicorn, 'a:b']\n        - name: jobs\n          command: {{- toYaml .Values.jobs.command | nindent 12 }}\n      {{- end }}\n";
    const ecs =
      '{"containerDefinitions": [\n{"command": ["celery", "-A", "x", "worker"], "stopTimeout": 30,\n"healthCheck": {"command": ["CMD", "python", "x.py"]}}]}';
    const service = await read({ "k8s/pod.yml": k8s, "chart/templates/d.yaml": helm, "task.json": ecs });
    expect(service.starts.map(({ source, argv }) => `${source} ${argv.join(" ")}`).toSorted()).toEqual([
      "ecs celery -A x worker",
      "kubernetes gunicorn a:b",
      "kubernetes uvicorn a:b",
    ]);
    expect(
      service.outsideProbes.map(({ program, source, evidence }) => `${source} ${program} ${evidence.line}`).toSorted(),
    ).toEqual(["ecs python 3", "kubernetes wget 11"]);
    // The worker's 30 s are no limit of the server's.
    expect(service.gracePeriods.map(({ value }) => value)).toEqual([45]);
    expect(service.problems).toEqual([]);
  });

  it("reads what Compose, Kubernetes and ECS give a container", async () => {
    const compose =
      "services:\n  api:\n    build: .\n    mem_limit: 512m\n    cpus: 1.5\n    ports: ['127.0.0.1:80:8000', { target: 9000 }]\n  jobs:\n    build: .\n    deploy: { resources: { limits: { cpus: '0.5', memory: 1G } } }\n";
    const probe = "{ httpGet: { path: /, port: 8000 }, periodSeconds: 5 }";
    const k8s = `kind: Pod\nspec:\n  terminationGracePeriodSeconds: 45\n  containers:\n    - name: api\n      ports: [{ containerPort: 8000 }]\n      resources: { limits: { cpu: 250m, memory: 256Mi } }\n      livenessProbe: ${probe}\n      lifecycle: { preStop: { exec: { command: [sh, -c, sleep 15] } } }\n    - name: other\n      resources: { limits: { cpu: 2, memory: 1M } }\n      lifecycle: { preStop: { sleep: { seconds: 5 } } }\n`;
    const ecs =
      '{"cpu": ".5 vCPU", "memory": "1024", "containerDefinitions": [{"name": "api", "cpu": 256, "stopTimeout": 40, "portMappings": [{"containerPort": 8000}], "healthCheck": {"command": ["CMD", "x"], "startPeriod": 20, "interval": 5}}]}';
    const service = await read({ "compose.yaml": compose, "k8s.yaml": k8s, "task.json": ecs });
    const MIB = 2 ** 20;
    expect(service.outsideLimits).toMatchObject([
      { source: "compose", container: "api", ports: [8000, 9000], memoryBytes: 512 * MIB, cpus: 1.5 },
      { source: "compose", container: "jobs", ports: [], memoryBytes: 1024 * MIB, cpus: 0.5 },
      { container: "api", memoryBytes: 256 * MIB, cpus: 0.25, graceSeconds: 45, preStopSeconds: 15, startSeconds: 15 },
      { container: "other", memoryBytes: 1e6, cpus: 2, preStopSeconds: 5, startSeconds: undefined },
      { source: "ecs", memoryBytes: 1024 * MIB, cpus: 0.5, graceSeconds: 40, preStopSeconds: 0, startSeconds: 35 },
    ]);
    // What the longest hook of the pod takes is not there for the service.
    expect(service.gracePeriods.map(({ value }) => value)).toEqual([30, 40]);
  });

  it("reads a chart's values", async () => {
    const values =
      "image: { repository: shop }\nterminationGracePeriodSeconds: 40\nweb:\n  command: [uvicorn, 'a:b']\n  livenessProbe:\n    exec:\n      command: [curl, -f, localhost]\njob:\n  args: [/bin/tidy]\n";
    const service = await read({ "chart/values.yaml": values, "i18n/values.yaml": "title: a command line\n" });
    expect(service.starts.map(({ source, argv, evidence }) => [source, ...argv, evidence.line])).toEqual([
      ["kubernetes", "uvicorn", "a:b", 4],
    ]);
    expect(service.outsideProbes).toMatchObject([{ source: "kubernetes", program: "curl", evidence: { line: 7 } }]);
    expect(service.gracePeriods.map(({ value }) => value)).toEqual([40]);
  });

  it("reads Procfile, Makefile, CI, devcontainer and CDK", async () => {
    expect(
      await starts({
        Procfile: "web: gunicorn a:b\nrelease: python manage.py migrate\n",
        Makefile: "run: install\n\t@uv run uvicorn a:b \\\n\t  --reload\nclean:\n\trm -rf x\n",
        ".github/workflows/ci.yml":
          "jobs:\n  a:\n    steps:\n      - run: |\n          pip install .\n          uv run pytest -q\n",
        ".devcontainer/devcontainer.json":
          '{\n  // local\n  "a": "http://b", // more\n  /* and\n  more */ "postStartCommand": "flask run",\n}',
        "infra/stack.ts": "import * as cdk from 'aws-cdk-lib';\nx({\n  command: ['uvicorn', 'a:b'],\n});\n",
      }),
    ).toEqual([
      "procfile web gunicorn a:b @1",
      "procfile migrate python manage.py migrate @2",
      "makefile web uvicorn a:b --reload @2",
      "ci test pytest -q @6",
      "devcontainer web flask run @5",
      "cdk web uvicorn a:b @3",
    ]);
  });
});

describe("YAML that is broken or hostile", () => {
  it("gives one problem with its line", async () => {
    const { problems } = await read({ "compose.yml": "services:\n  web:\n   build: .\n  - x\n b: [\n" });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: "compose.yml" });
    expect(problems[0]?.message).toMatch(/^is not valid YAML/);
  });

  it("reads a large Compose file with one set of defaults for all", async () => {
    const services = Array.from({ length: 400 }, (_, i) => `  s${i}:\n    <<: *defaults\n    build: .\n`).join("");
    const compose = `x-defaults: &defaults\n  stop_grace_period: 40s\nservices:\n${services}`;
    const { problems, gracePeriods } = await readService(
      memoryTree({ Dockerfile: "FROM python:3.13\n", "compose.yml": compose }),
    );
    expect(problems).toEqual([]);
    expect(gracePeriods).toHaveLength(400);
  });

  it.each([
    ["deploy/api.yaml", 1],
    ["unittests/scans/api.yaml", 0],
    ["test-data/api.yaml", 0],
  ])("takes %s for a deployment of the service: %s", async (file, count) => {
    const manifest =
      "kind: Deployment\nspec:\n  template:\n    spec:\n      terminationGracePeriodSeconds: 5\n      containers:\n        - name: api\n          image: api\n          command: [uvicorn, 'a:b']\n";
    const { gracePeriods } = await readService(memoryTree({ Dockerfile: "FROM python:3.13\n", [file]: manifest }));
    expect(gracePeriods).toHaveLength(count);
  });

  it("does not swell with aliases", async () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `a${level}: &a${level} [${Array.from({ length: 9 }, () => (level === 0 ? "x" : `*a${level - 1}`)).join(",")}]`,
    );
    const { problems } = await read({ "compose.yml": `${levels.join("\n")}\nservices: {}\n` });
    expect(problems).toEqual([{ file: "compose.yml", line: 1, message: "has more YAML aliases than are read" }]);
  });

  it("does not read what is too large", async () => {
    const { problems } = await read({ "compose.yml": `services: {}\n#${"x".repeat(1_000_001)}` });
    expect(problems).toMatchObject([{ file: "compose.yml" }]);
  });
});

it("knows where Django stores uploads", async () => {
  const settings = `from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nMEDIA_ROOT = BASE_DIR / "uploads"\n`;
  const { writes } = await read({ "shop/settings.py": settings, "manage.py": "" });
  expect(writes.map(({ path, when }) => [path, when])).toEqual([["uploads", "request"]]);
});

describe("hosting platforms", () => {
  it("start what fly.toml's processes say, and migrate by its release command", async () => {
    const fly = `app = "shop"
kill_timeout = 45

[build]
dockerfile = "./Dockerfile"

[deploy]
release_command = "python manage.py migrate"

[processes]
app = "gunicorn shop.wsgi --bind 0.0.0.0:8080"
jobs = "python -m shop.jobs"
`;
    expect(await starts({ "fly.toml": fly })).toEqual([
      "fly migrate python manage.py migrate @8",
      "fly web gunicorn shop.wsgi --bind 0.0.0.0:8080 @11",
      "fly web python -m shop.jobs @12",
    ]);
    const { gracePeriods, starts: found } = await read({ "fly.toml": fly });
    expect(gracePeriods).toMatchObject([{ value: 45, evidence: [{ file: "fly.toml", line: 2 }] }]);
    expect(found[0]?.origin).toEqual({ dockerfile: "Dockerfile" });
  });

  it("ask what fly.toml leads to, each process by its own command", async () => {
    const fly = `[env]
PORT = "9000"

[processes]
app = "gunicorn shop.wsgi --bind 0.0.0.0:8080"
jobs = "celery -A shop worker"

[[services]]
internal_port = 8080
processes = ["app"]

[[services.http_checks]]
path = "/health?deep=1"

[[services]]
internal_port = 53
protocol = "udp"
`;
    const { hostedServices } = await read({ "fly.toml": fly });
    expect(hostedServices).toMatchObject([
      {
        source: "fly",
        container: "app",
        origin: { dockerfile: "Dockerfile" },
        terms: {
          ownCommand: true,
          ownStart: { server: "gunicorn", afterEntrypoint: true },
          variables: { PORT: "" },
          ports: [{ value: 8080, evidence: { file: "fly.toml", line: 9 } }],
          asks: [{ path: "/health", evidence: { line: 13 } }],
        },
      },
    ]);
    const plain = "[http_service]\ninternal_port = 8080\n";
    expect((await read({ "fly.toml": plain })).hostedServices).toMatchObject([
      { container: "app", terms: { ownCommand: false, asks: [] } },
    ]);
    // Another process, builder, or command may be meant.
    for (const other of [
      `${plain}[processes]\na = "gunicorn a:b"\nb = "gunicorn c:d"\n`,
      `[build]\nbuilder = "x/y"\n${plain}`,
      `${plain}[experimental]\ncmd = ["x"]\n`,
      "[http_service]\ninternal_port = 'x'\n",
      "services = 3\n",
    ])
      expect((await read({ "fly.toml": other })).hostedServices).toBeUndefined();
  });

  it.each([
    ["render.yaml", "services:\n  - { type: web, name: api, runtime: docker, healthCheckPath: /up }\n"],
    ["railway.toml", '[deploy]\nhealthcheckPath = "/up"\n'],
  ])("ask the path of %s, and give the service a port of their own", async (file, text) => {
    const { hostedServices } = await read({ [file]: text });
    expect(hostedServices?.map(({ terms }) => terms)).toMatchObject([
      { ownCommand: false, moreVariables: true, ports: [], asks: [{ path: "/up" }] },
    ]);
  });

  it("are read from render.yaml: what Docker makes, and what it builds itself; nothing of Node's or of another folder", async () => {
    const render = `services:
  - type: web
    name: api
    runtime: docker
    dockerfilePath: ./docker/Dockerfile
    dockerCommand: sh -c 'exec uvicorn shop.main:app --port $PORT'
    preDeployCommand: ./migrate
  - type: worker
    name: jobs
    env: python
    startCommand: python jobs.py
  - { type: web, runtime: node, startCommand: uvicorn a:b }
  - { type: web, runtime: python, rootDir: other, startCommand: uvicorn a:b }
`;
    expect(await starts({ "render.yaml": render })).toEqual([
      "render web uvicorn shop.main:app --port $PORT @6",
      "render migrate ./migrate @7",
      "render worker python jobs.py @11",
    ]);
    const { starts: found } = await read({ "render.yaml": render });
    expect(found.map(({ origin }) => origin?.dockerfile)).toEqual([
      "docker/Dockerfile",
      "docker/Dockerfile",
      undefined,
    ]);
  });

  it.each([
    ["railway.json", '{"deploy": {"startCommand": "hypercorn a:b", "preDeployCommand": ["alembic upgrade head"]}}'],
    ["railway.toml", '[deploy]\nstartCommand = "hypercorn a:b"\npreDeployCommand = "alembic upgrade head"\n'],
  ])("start what %s says", async (file, text) => {
    const { starts: found } = await read({ [file]: text });
    expect(found.map(({ source, role, argv, origin }) => [source, role, argv[0], origin?.dockerfile])).toEqual([
      ["railway", "web", "hypercorn", "Dockerfile"],
      ["railway", "migrate", "alembic", "Dockerfile"],
    ]);
  });

  it("make no image of this Dockerfile where another builder is named, and say where a file is no TOML", async () => {
    const { starts: found } = await read({
      "railway.toml": '[build]\nbuilder = "NIXPACKS"\n[deploy]\nstartCommand = "hypercorn a:b"\n',
    });
    expect(found.map(({ origin }) => origin)).toEqual([undefined]);
    const { problems } = await read({ "fly.toml": "[processes\n" });
    expect(problems.map(({ file }) => file)).toEqual(["fly.toml"]);
  });
});
