import type { Build, BuildStep, Contents, Contract } from "../../model/types.ts";
import type { BuildRecord } from "../../probes/build-record.ts";
import type { Layers } from "../../probes/layers.ts";
import type { OrdinaryRun } from "../../probes/ordinary-run.ts";

/** A contract to judge examples against. */
export const exampleContract: Contract = {
  port: 8000,
  portVariable: undefined,
  uid: 1001,
  gid: 1001,
  env: [],
  health: { path: "/health" },
  readOnlyRoot: true,
  writablePaths: [],
  signals: { stop: "SIGTERM", graceSeconds: 30 },
  logs: "stdout-stderr",
  absentDistributions: ["pytest", "ruff"],
  absentPrograms: ["uv", "uvx"],
  limits: { startSeconds: 30, warmBuildSeconds: 60, coldBuildSeconds: 600, sizeRatio: 1 },
};

const exampleContents: Contents = {
  system: { id: "debian", version: "13", name: "Debian GNU/Linux 13 (trixie)" },
  packages: [
    { kind: "deb", name: "libssl3t64", version: "3.5.1-1", architecture: "amd64", licences: [], bytes: 6_000_000 },
    { kind: "pypi", name: "fastapi", version: "0.116.1", licences: ["MIT"], bytes: 900_000 },
    { kind: "pypi", name: "uvicorn", version: "0.35.0", licences: ["BSD-3-Clause"], bytes: 400_000 },
  ],
  owners: [
    { kind: "operating system", name: "libssl3t64", bytes: 6_000_000, files: 4 },
    { kind: "distribution", name: "fastapi", bytes: 900_000, files: 90 },
  ],
  waste: [],
};

export const exampleLayers: Layers = {
  layers: [],
  bytes: 180_000_000,
  files: 9000,
  contents: exampleContents,
  distributions: ["fastapi", "uvicorn"],
  programs: [],
  called: [],
  compilers: [],
  headers: { count: 0, examples: [] },
  caches: [],
  secrets: [],
  canaries: { planted: 1, found: [] },
  interpreter: "cpython-313",
  bytecode: {
    "standard library": { sources: 600, valid: 600, stale: 0, missing: 0, examples: [] },
    packages: { sources: 2000, valid: 1990, stale: 0, missing: 10, examples: [] },
    application: { sources: 20, valid: 20, stale: 0, missing: 0, examples: [] },
  },
  libraries: { files: 120, missing: [], unread: [] },
  environments: { folders: ["/opt/venv"], scripts: 12, broken: [] },
  modes: { setId: [], forAll: [], codeWritable: { uid: 1001, count: 0, examples: [] } },
};

export const exampleRun: OrdinaryRun = {
  healthyMs: 900,
  visits: [{ path: "/health", status: 200 }],
  processes: [{ pid: 1, uid: 1001, argv: "/opt/venv/bin/python /opt/venv/bin/uvicorn app.main:app" }],
  unbuffered: true,
  linesWhenHealthy: { stdout: 0, stderr: 4 },
  linesBeforeStop: { stdout: 2, stderr: 4 },
  linesAtEnd: { stdout: 2, stderr: 8 },
  logFiles: [],
  stop: { signal: "SIGTERM", milliseconds: 400, exit: { code: 0, oomKilled: false, finishedAt: 0 }, busy: false },
  log: [],
};

/** A step of a build, as an example. */
function step(name: string, cached: boolean): BuildStep {
  return { name, stage: /^\[(\S+)/.exec(name)?.[1], cached, milliseconds: cached ? 0 : 900 };
}

/** A build whose dependency layer and source layer are cached or not. */
export function build(
  kind: Build["kind"],
  cached: { dependencies: boolean; source: boolean },
  milliseconds = 4000,
): Build {
  return {
    kind,
    milliseconds,
    steps: [
      step("[internal] load build definition from Dockerfile.prod", false),
      step("[builder 1/5] FROM docker.io/library/python:3.13-slim@sha256:0123", true),
      step("[builder 4/5] RUN uv sync --locked --no-dev --no-install-project", cached.dependencies),
      step("[runtime 5/6] COPY app ./app", cached.source),
      step("exporting to image", false),
    ],
  };
}

export const exampleRecord: BuildRecord = {
  built: true,
  failure: undefined,
  edited: { source: "app/main.py", lock: "uv.lock" },
  bases: [{ named: `python:3.13-slim@sha256:${"0".repeat(64)}`, used: "python:3.13-slim", standIn: false }],
  builds: [
    build("cold", { dependencies: false, source: false }, 90_000),
    build("warm", { dependencies: true, source: true }, 2000),
    build("source-edit", { dependencies: true, source: false }),
    build("lock-edit", { dependencies: false, source: false }, 60_000),
    build("touch", { dependencies: true, source: true }, 900),
  ],
};
