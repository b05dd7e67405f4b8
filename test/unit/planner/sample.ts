import type { Facts } from "../../../src/decisions/decider.ts";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import type { Evidence, Fact, Pin, Plan, Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { debianSlim } from "../../../src/profiles/debian-slim.ts";
import { unpackaged } from "../../support/unpackaged.ts";

export const evidence = (file: string, line = 1): Evidence => ({ file, line, text: "" });
export const fact = <T>(value: T, file = "pyproject.toml", line = 1): Fact<T> => ({
  value,
  confidence: "certain",
  evidence: [evidence(file, line)],
});

/** A FastAPI service, unpackaged, with migrations, started by uv as such services often are. */
export const sample: Service = {
  name: "Pictures API",
  files: [
    "Dockerfile",
    "Makefile",
    "alembic.ini",
    "alembic/env.py",
    "alembic/versions/0001_start.py",
    "app/__init__.py",
    "app/main.py",
    "pyproject.toml",
    "tests/test_app.py",
    "uv.lock",
  ],
  git: { repository: true, commit: "0".repeat(40), dirty: [] },
  manager: fact("uv", "uv.lock"),
  lock: {
    path: "uv.lock",
    tracked: true,
    gitIgnored: undefined,
    dockerIgnored: undefined,
    inStep: fact(true, "uv.lock"),
    packages: [],
    requiresPython: ">=3.12",
    registries: [],
  },
  python: { requires: fact(">=3.12", "pyproject.toml", 4), pinned: undefined },
  packaging: unpackaged,
  dependencies: {
    runtime: [],
    groups: {},
    extras: {},
    installedGroups: ["dev"],
    installedExtras: [],
    devOnly: ["pytest", "ruff"],
    runtimeClosure: ["alembic", "fastapi", "python-multipart", "uvicorn"],
    workspace: false,
    indexes: [],
  },
  framework: fact("fastapi"),
  server: fact("uvicorn", "Dockerfile", 7),
  application: fact({ module: "app.main", attribute: "app", factory: false }, "app/main.py", 5),
  starts: [
    {
      source: "dockerfile",
      role: "web",
      written: 'CMD ["uv", "run", "uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--reload"]',
      form: "exec",
      argv: ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--reload"],
      wrappers: ["uv run"],
      server: "uvicorn",
      evidence: evidence("Dockerfile", 7),
    },
  ],
  port: fact({ number: 8000 }, "Dockerfile", 7),
  routes: [
    { method: "GET", path: "/api/v1/health", evidence: evidence("app/main.py", 12) },
    { method: "POST", path: "/api/v1/login", evidence: evidence("app/main.py", 20) },
  ],
  healthPaths: [fact("/api/v1/health", "app/main.py", 12)],
  env: [
    {
      name: "DATABASE_URL",
      required: true,
      secret: true,
      kind: "database-url",
      scheme: "postgresql+asyncpg",
      confidence: "certain",
      evidence: [],
    },
    { name: "JWT_SECRET_KEY", required: true, secret: true, kind: "text", confidence: "certain", evidence: [] },
    { name: "S3_ENDPOINT_URL", required: true, secret: false, kind: "url", confidence: "certain", evidence: [] },
    {
      name: "LOG_LEVEL",
      required: false,
      default: "info",
      secret: false,
      kind: "text",
      confidence: "certain",
      evidence: [],
    },
  ],
  writes: [],
  programs: [],
  reads: [],
  dockerfiles: ["Dockerfile"],
  dockerignore: undefined,
  outsideProbes: [],
  gracePeriods: [],
  outsideLimits: [],
  composeMounts: [],
  taskDefinitions: [],
  problems: [],
};

const poorDockerfile = `FROM python:3.13-slim
WORKDIR /app
ENV LOG_LEVEL=info JWT_SECRET_KEY=changeme UV_LINK_MODE=copy
COPY . .
RUN pip install uv && uv sync
EXPOSE 8000
CMD ["uv", "run", "uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--reload"]
`;

export function facts(
  service: Partial<Service> = {},
  overrides: Facts["overrides"] = {},
  dockerfile: string = poorDockerfile,
): Facts {
  return {
    service: { ...sample, ...service },
    profile: debianSlim,
    findings: [],
    dockerfile: parseDockerfile("Dockerfile", dockerfile),
    overrides,
    uvVersion: "0.13.8",
    testsAsked: true,
  };
}

export const plan = (service: Partial<Service> = {}, overrides: Record<string, unknown> = {}): Plan =>
  makePlan(facts(service, overrides));

const pin = (image: string, digit: string): Pin => ({
  image,
  digest: `sha256:${digit.repeat(64)}`,
  platform: "linux/amd64",
  resolvedAt: "2026-01-01T00:00:00.000Z",
  from: "a registry",
});
export const pins: readonly Pin[] = [pin("python:3.13-slim", "a"), pin("ghcr.io/astral-sh/uv:0.13.8", "b")];

const start = sample.starts[0];
/** It is started by another command. */
export const startedBy = (
  argv: readonly string[],
  server: Service["server"]["value"],
  written = argv.join(" "),
): Partial<Service> => ({
  starts: start === undefined ? [] : [{ ...start, argv, server, written }],
});
