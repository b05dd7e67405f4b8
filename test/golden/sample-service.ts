import type { Evidence, Fact, Service } from "../../src/model/types.ts";
import { unpackaged } from "../support/unpackaged.ts";

const at = (file: string, line: number, text: string): Evidence => ({ file, line, text });
const fact = <T>(value: T, ...evidence: readonly Evidence[]): Fact<T> => ({ value, confidence: "certain", evidence });

export const sampleService: Service = {
  name: "reactbin-api",
  files: ["Dockerfile", "app/main.py", "pyproject.toml", "uv.lock"],
  git: { repository: true, commit: "0123456789abcdef0123456789abcdef01234567", dirty: [] },
  manager: fact("uv", at("uv.lock", 1, "version = 1")),
  lock: {
    path: "uv.lock",
    tracked: true,
    gitIgnored: undefined,
    dockerIgnored: undefined,
    inStep: fact(true),
    packages: [
      {
        name: "fastapi",
        version: "0.120.0",
        source: "registry",
        sdistOnly: false,
        dependencies: ["starlette"],
        use: "production",
        askedBy: ["main"],
      },
    ],
    requiresPython: ">=3.12",
    registries: [],
  },
  python: { requires: fact(">=3.12", at("pyproject.toml", 6, 'requires-python = ">=3.12"')), pinned: undefined },
  packaging: unpackaged,
  dependencies: {
    runtime: [{ name: "fastapi", requirement: "fastapi>=0.115", place: { file: "pyproject.toml", line: 9 } }],
    groups: { dev: [{ name: "pytest", requirement: "pytest", place: { file: "pyproject.toml", line: 20 } }] },
    extras: {},
    installedGroups: [],
    installedExtras: [],
    devOnly: ["pytest"],
    runtimeClosure: ["fastapi", "starlette"],
    workspace: false,
    indexes: [],
  },
  framework: fact("fastapi", at("app/main.py", 1, "from fastapi import FastAPI")),
  server: fact("uvicorn", at("Dockerfile", 12, "CMD uv run uvicorn app.main:app")),
  application: fact({ module: "app.main", attribute: "app", factory: false }, at("app/main.py", 8, "app = FastAPI()")),
  starts: [
    {
      source: "dockerfile",
      role: "web",
      written: "uv run uvicorn app.main:app --host 0.0.0.0",
      form: "shell",
      argv: ["uvicorn", "app.main:app", "--host", "0.0.0.0"],
      wrappers: ["uv run"],
      server: "uvicorn",
      evidence: at("Dockerfile", 12, "CMD uv run uvicorn app.main:app --host 0.0.0.0"),
    },
  ],
  port: fact({ number: 8000, variable: "PORT" }, at("Dockerfile", 10, "EXPOSE 8000")),
  routes: [{ method: "GET", path: "/api/v1/health", evidence: at("app/main.py", 14, '@app.get("/api/v1/health")') }],
  healthPaths: [fact("/api/v1/health", at("app/main.py", 14, '@app.get("/api/v1/health")'))],
  env: [
    {
      name: "DATABASE_URL",
      required: true,
      secret: true,
      kind: "database-url",
      scheme: "postgresql+asyncpg",
      confidence: "certain",
      evidence: [at("app/settings.py", 7, "database_url: PostgresDsn")],
    },
  ],
  writes: [],
  programs: [
    { program: "curl", confidence: "likely", evidence: at("compose.yaml", 9, "test: curl -f localhost:8000") },
  ],
  reads: [],
  dockerfiles: ["Dockerfile"],
  dockerignore: ".dockerignore",
  outsideProbes: [
    {
      source: "compose",
      program: "curl",
      command: "curl -f localhost:8000",
      evidence: at("compose.yaml", 9, "test: curl"),
    },
  ],
  composeMounts: [],
  taskDefinitions: [],
  gracePeriods: [fact(30, at("deploy/k8s.yaml", 18, "terminationGracePeriodSeconds: 30"))],
  outsideLimits: [
    {
      source: "kubernetes",
      container: "api",
      evidence: at("deploy/k8s.yaml", 20, "- name: api"),
      ports: [8000],
      memoryBytes: 268_435_456,
      cpus: 0.5,
      graceSeconds: 30,
      preStopSeconds: 5,
      startSeconds: 30,
    },
  ],
  problems: [],
};
