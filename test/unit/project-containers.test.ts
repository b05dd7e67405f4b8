import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

/** Whose containers they are, what each is for, and which stage is built. */

const read = async (files: Readonly<Record<string, string>>) => readService(memoryTree(files));
const starts = async (files: Readonly<Record<string, string>>) =>
  (await read(files)).starts.map(
    ({ source, role, argv, evidence }) => `${source} ${role} ${argv.join(" ")} @${evidence.line}`,
  );

describe("a container of another image", () => {
  const files = {
    Dockerfile: "FROM python:3.13\nCMD uvicorn a:b\n",
    "proxy/Dockerfile": "FROM nginx\n",
    "compose.yaml":
      "services:\n  web: { build: . }\n  proxy:\n    build: proxy\n    command: nginx -g 'daemon off;'\n    stop_grace_period: 5s\n    healthcheck: { test: curl -f localhost }\n  traefik:\n    image: traefik\n",
    "compose.deploy.yaml":
      "services:\n  web: { command: uvicorn a:b --port 80 }\n  traefik:\n    command: --providers.docker\n  cron: { command: python -m jobs }\n",
  };

  it("is not this service's, whichever file says how it is started", async () => {
    const service = await read(files);
    expect(service.starts.map(({ source, role, written }) => `${source} ${role} ${written}`)).toEqual([
      "dockerfile web uvicorn a:b",
      "compose web uvicorn a:b --port 80",
      "compose web python -m jobs",
    ]);
    expect(service.outsideProbes).toEqual([]);
    expect(service.gracePeriods).toEqual([]);
  });

  it("is this service's when its Dockerfile is the one that was named", async () => {
    const service = await readService(memoryTree(files), { dockerfile: "proxy/Dockerfile" });
    expect(service.outsideProbes).toMatchObject([{ program: "curl" }]);
  });
});

describe("the name of a container", () => {
  it("is not what stands for a chart's template", async () => {
    const pod = "kind: Pod\nspec:\n  containers:\n    - name: {{ .Chart.Name }}\n      args: [uvicorn, 'a:b']\n";
    const { outsideLimits } = await read({ "chart/templates/pod.yaml": pod });
    expect(outsideLimits.map(({ container }) => container)).toEqual(["the chart's container"]);
  });

  it("tells what a program of the service's own is for, and nothing about a server", async () => {
    const compose =
      "services:\n  celery-beat: { build: ., command: python -m jobs }\n  app-worker: { build: ., command: [python, run.py] }\n  db-migrate: { build: ., command: ./manage }\n  worker: { build: ., command: uvicorn a:b }\n  networker: { build: ., command: python -m x }\n";
    expect((await read({ "compose.yaml": compose })).starts.map(({ role }) => role)).toEqual([
      "beat",
      "worker",
      "migrate",
      "web",
      "web",
    ]);
  });

  it("counts in Kubernetes too, where containers that run first are read", async () => {
    const pod =
      "kind: Pod\nspec:\n  initContainers:\n    - name: migrations\n      command: [python, -m, shop.setup]\n  containers:\n    - name: web\n      args: [uvicorn, 'a:b']\n";
    const { starts: found, outsideLimits } = await read({ "k8s.yaml": pod });
    expect(found.map(({ role, evidence }) => `${role} ${evidence.line}`)).toEqual(["migrate 5", "web 8"]);
    expect(outsideLimits.map(({ container }) => container)).toEqual(["web"]);
  });
});

it("reads more of CI's languages and of devcontainers", async () => {
  expect(
    await starts({
      ".circleci/config.yml": "jobs:\n  a:\n    steps:\n      - run: { name: t, command: pytest -q }\n",
      "bitbucket-pipelines.yml": "pipelines:\n  default:\n    - step:\n        script: [ruff check .]\n",
      "azure-pipelines.yml": "steps:\n  - script: mypy app\n",
      ".devcontainer/devcontainer.json":
        '{ "postStartCommand": { "web": "flask run", "jobs": ["celery", "-A", "x", "worker"] } }',
    }),
  ).toEqual([
    "ci test pytest -q @4",
    "ci test mypy app @2",
    "ci test ruff check . @4",
    "devcontainer web flask run @1",
    "devcontainer worker celery -A x worker @1",
  ]);
});

describe("the stage that ships", () => {
  const target = async (dockerfile: string, compose: string) =>
    (
      await read({
        Dockerfile: dockerfile,
        "compose.yaml": `services: { web: { build: { context: ., target: ${compose} } } }\n`,
      })
    ).target?.value;

  it("is what Compose builds when the last one is to develop in", async () => {
    const dockerfile = "FROM python:3.13 AS run\nCMD uvicorn a:b\nFROM run AS dev-envs\nRUN apk add git\n";
    expect(await target(dockerfile, "run")).toBe("run");
  });

  it.each([
    ["${TARGET:-run}", "run"],
    ["${TARGET-run}", "run"],
    ["${TARGET:-}", undefined],
    ["${TARGET}", undefined],
  ])("is what Compose builds where nobody sets the variable: %s", async (written, expected) => {
    const dockerfile = "FROM python:3.13 AS run\nCMD uvicorn a:b\nFROM run AS dev\nRUN apk add git\n";
    expect(await target(dockerfile, `"${written}"`)).toBe(expected);
    const compose = `services: { web: { build: { context: ., target: "${written}" }, ports: ["80:80"] } }\n`;
    const { outsideLimits } = await read({ Dockerfile: dockerfile, "compose.yaml": compose });
    const own = written === "${TARGET}" ? { target: written } : {};
    expect(outsideLimits[0]?.origin).toEqual({
      dockerfile: "Dockerfile",
      ...(expected === undefined ? own : { target: expected }),
    });
  });

  it("is the one for production of the several that Compose builds", async () => {
    const services = ["api-prod", "api-dev"].map((stage) => `${stage}: { build: { context: ., target: ${stage} } }`);
    const service = await read({
      Dockerfile: "FROM python:3.13 AS api-prod\nCMD uvicorn a:b\nFROM api-prod AS api-dev\nRUN apk add git\n",
      "compose.yaml": `services: { ${services.join(", ")} }\n`,
    });
    expect(service.target?.value).toBe("api-prod");
  });

  it("is the last one when it is Compose that is for development", async () => {
    expect(await target("FROM python:3.13 AS dev\nFROM dev AS prod\nCMD uvicorn a:b\n", "dev")).toBeUndefined();
  });
});

it("says nothing of files that a generator fills in before they are YAML", async () => {
  const files = {
    "docker-compose.yml":
      "services:\n  {{cookiecutter.name | lower}}:\n    build: .\n{% if cookiecutter.db %}\n  db: {image: x}}\n",
    "{{cookiecutter.name}}/docker-compose.yml": "services: [{{ x }}:\n",
  };
  expect((await read(files)).problems).toEqual([]);
  expect((await read({ "docker-compose.yml": "services: [{{ x }}:\n" })).problems).toHaveLength(1);
});
