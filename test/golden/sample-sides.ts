import type { CheckResult, Contents, Image, InstalledPackage, Side, Status } from "../../src/model/types.ts";

const check = (name: string, status: Status, message: string, more: Partial<CheckResult> = {}): CheckResult => {
  const [id = "", title = ""] = name.split(": ");
  return { id, title, status, message, evidence: [`evidence/${id}.json`], ...more };
};

const startUp = (samples: readonly number[], value: number): Partial<CheckResult> => ({
  measured: { name: "Start-up", value, unit: "ms", how: "first 2xx after the start, 5 starts", samples },
});

const image = (tag: string, user: string): Image => ({
  id: `sha256:${"e".repeat(64)}`,
  tag,
  platform: "linux/amd64",
  config: {
    user,
    env: ["PATH=/usr/bin"],
    entrypoint: [],
    command: ["uvicorn", "app.main:app"],
    workdir: "/app",
    exposed: ["8000/tcp"],
    volumes: [],
    labels: {},
    stopSignal: undefined,
    healthcheck: undefined,
    history: [{ createdBy: "RUN apt-get update", empty: false }],
  },
});

const deb = (name: string, version: string, bytes: number): InstalledPackage => ({
  kind: "deb",
  name,
  version,
  architecture: "amd64",
  licences: [],
  bytes,
  record: { path: `/var/lib/dpkg/info/${name}.md5sums`, sha256: "a".repeat(64) },
});
const pypi = (name: string, version: string, bytes: number, licence: string): InstalledPackage => ({
  kind: "pypi",
  name,
  version,
  licences: [licence],
  bytes,
  record: {
    path: `/app/.venv/lib/python3.13/site-packages/${name}-${version}.dist-info/RECORD`,
    sha256: "b".repeat(64),
  },
});

const contents = (packages: readonly InstalledPackage[], more: Partial<Contents>): Contents => ({
  system: { id: "debian", version: "13", name: "Debian GNU/Linux 13 (trixie)" },
  packages,
  owners: [
    ...packages.map(({ kind, name, bytes }) => ({
      kind: kind === "pypi" ? ("distribution" as const) : ("operating system" as const),
      name,
      bytes,
      files: 10,
    })),
    { kind: "Python", name: "Python", bytes: 31_000_000, files: 900 },
    { kind: "application", name: "application", bytes: 90_000, files: 30 },
  ],
  waste: [],
  ...more,
});

export const sampleBefore: Side = {
  label: "before",
  dockerfile: "Dockerfile",
  findings: [
    {
      rule: "base-floating-tag",
      severity: "warning",
      confidence: "certain",
      message: "`python:3` moves: the next build may bring another Python.",
      where: { file: "Dockerfile", line: 1, column: 6, range: { start: 5, end: 13 } },
      advice: "Name the minor version and pin the digest.",
      fix: { title: "Name the version", edits: [{ file: "Dockerfile", start: 5, end: 13, text: "python:3.13-slim" }] },
    },
    {
      rule: "root-user",
      severity: "error",
      confidence: "certain",
      message: "No USER: every process runs as root <script>alert(1)</script>",
      where: { file: "Dockerfile", line: 9 },
      related: [{ file: "deploy/k8s.yaml", line: 22, message: "runAsNonRoot is set here, so the pod will not start" }],
      advice: "Add `USER 1001`.",
    },
    {
      rule: "lock-not-tracked",
      severity: "note",
      confidence: "likely",
      message: "uv.lock is not tracked by git | it is ignored",
      advice: "Commit uv.lock.",
    },
  ],
  image: {
    tag: "seaworthy/reactbin-api:before",
    id: `sha256:${"c".repeat(64)}`,
    bytes: 1_184_000_000,
    contentBytes: 431_000_000,
    layers: [
      {
        diffId: `sha256:${"1".repeat(64)}`,
        bytes: 1_000_000_000,
        contentBytes: 400_000_000,
        createdBy: "FROM python:3",
        files: 40_000,
      },
      {
        diffId: `sha256:${"2".repeat(64)}`,
        bytes: 184_000_000,
        contentBytes: 31_000_000,
        createdBy: "RUN uv sync",
        files: 9000,
      },
    ],
  },
  contents: contents(
    [
      deb("gcc-14", "14.2.0-19", 61_000_000),
      deb("libssl3t64", "3.5.1-1", 6_000_000),
      pypi("botocore", "1.40.1", 24_000_000, "Apache License 2.0"),
      pypi("fastapi", "0.116.0", 900_000, "MIT"),
      pypi("pytest", "8.4.1", 1_400_000, "MIT License"),
    ],
    { waste: [{ layer: 1, deleted: 4_000_000, replaced: 0, doubled: 96_000_000, example: "/app/.venv/bin/ruff" }] },
  ),
  builds: { cold: 48_300, warm: 900, sourceEdit: 21_400, lockEdit: 30_100, samples: { warm: [880, 900, 1020] } },
  buildSide: {
    image: image("seaworthy/reactbin-api:before", ""),
    dockerfile: "Dockerfile",
    builds: [
      {
        kind: "source-edit",
        milliseconds: 21_400,
        steps: [
          { name: "[2/4] COPY . .", stage: undefined, cached: false, milliseconds: 300 },
          { name: "[3/4] RUN uv sync", stage: undefined, cached: false, milliseconds: 20_100 },
        ],
      },
    ],
    bases: [{ named: "python:3", used: "python:3.13-slim", standIn: true }],
    edited: { source: "app/main.py", lock: "uv.lock" },
  },
  checks: [
    check("builds: Builds from tracked files", "pass", "Built in 48.3 s."),
    check("non-root: Runs without root", "fail", "uvicorn (PID 1) runs with uid 0.", {
      excerpts: [{ title: "Processes", lines: ["PID 1  uid 0  uvicorn app.main:app", "PID 9  uid 0  sh -c '<evil>'"] }],
    }),
    check("starts-read-only: Starts with a read-only root", "fail", "Errno 30 while it wrote /app/.cache."),
    check("drains: Answers while it stops", "fail", "The request in flight was cut off."),
    check("start-up: Starts within 30 s", "pass", "Median 2.92 s.", startUp([2840, 2920, 3110, 2890, 3400], 2920)),
    check("no-secrets: No secret in any layer", "pass", "Nothing found in 2 layers."),
    check("dependency-cache: A source edit keeps the dependency layer", "fail", "`RUN uv sync` ran again."),
    check("healthcheck: HEALTHCHECK tells the truth", "unproven", "The image has no HEALTHCHECK to try."),
    check("arbitrary-uid: Runs as any uid", "not-applicable", "The profile does not promise it."),
  ],
  figures: {},
};

export const sampleAfter: Side = {
  label: "after",
  dockerfile: "Dockerfile.prod",
  findings: [
    {
      rule: "base-not-digest-pinned",
      severity: "note",
      confidence: "certain",
      message: "`ghcr.io/astral-sh/uv:0.13.8` has no digest.",
      where: { file: "Dockerfile.prod", line: 2 },
      advice: "Run `seaworthy pin` where a registry answers.",
    },
  ],
  image: {
    tag: "seaworthy/reactbin-api:after",
    id: `sha256:${"d".repeat(64)}`,
    bytes: 214_000_000,
    contentBytes: 74_300_000,
    layers: [
      {
        diffId: `sha256:${"3".repeat(64)}`,
        bytes: 130_000_000,
        contentBytes: 49_000_000,
        createdBy: "FROM python:3.13-slim",
        files: 5200,
      },
      {
        diffId: `sha256:${"4".repeat(64)}`,
        bytes: 84_000_000,
        contentBytes: 25_300_000,
        createdBy: "COPY --from=builder",
        files: 6100,
      },
    ],
  },
  contents: contents(
    [
      deb("libssl3t64", "3.5.1-1", 6_000_000),
      { ...pypi("botocore", "1.40.1", 24_000_000, "LicenseRef-own | <b>"), direct: "vcs" },
      pypi("fastapi", "0.116.1", 900_000, "MIT OR Apache-2.0"),
      { ...pypi("fastapi", "0.116.1", 900_000, "MIT"), outsideEnvironment: true },
      { kind: "rpm", name: "glibc", version: "1:2.34-1.amzn2023", licences: ["LGPLv2+"], bytes: 5_000_000 },
    ],
    {},
  ),
  builds: { cold: 27_900, warm: 610, sourceEdit: 1480, lockEdit: 14_200, samples: { warm: [590, 610, 700] } },
  buildSide: {
    image: image("seaworthy/reactbin-api:after", "1001:1001"),
    dockerfile: "Dockerfile.prod",
    builds: [
      {
        kind: "cold",
        milliseconds: 27_900,
        steps: [
          { name: "[builder 3/5] RUN uv sync --locked", stage: "builder", cached: false, milliseconds: 18_200 },
          { name: "[builder 5/5] RUN python -m compileall", stage: "builder", cached: false, milliseconds: 6100 },
          { name: "[runtime 2/3] COPY --from=builder /app /app", stage: "runtime", cached: false, milliseconds: 900 },
        ],
      },
      {
        kind: "source-edit",
        milliseconds: 1480,
        steps: [
          { name: "[builder 3/5] RUN uv sync --locked", stage: "builder", cached: true, milliseconds: 0 },
          { name: "[builder 4/5] COPY app app", stage: "builder", cached: false, milliseconds: 110 },
        ],
      },
    ],
    bases: [{ named: "python:3.13-slim", used: "127.0.0.1:5000/library/python:3.13-slim", standIn: true }],
    edited: { source: "app/main.py", lock: "uv.lock" },
  },
  checks: [
    check("builds: Builds from tracked files", "pass", "Built in 27.9 s."),
    check("non-root: Runs without root", "pass", "All 1 processes run with uid 1001.", {
      excerpts: [{ title: "Processes", lines: ["PID 1  uid 1001  uvicorn app.main:app"] }],
    }),
    check("starts-read-only: Starts with a read-only root", "pass", "Healthy, and no write was refused."),
    check("drains: Answers while it stops", "unproven", "No slow route was found to hold a request open.", {
      measured: { name: "Drain", value: 410, unit: "ms", how: "SIGTERM to exit", samples: [410] },
      excerpts: [
        { title: "Last lines of the log", lines: ["INFO: Shutting down", "INFO: Finished server process [1]"] },
      ],
    }),
    check("start-up: Starts within 30 s", "pass", "Median 970 ms.", startUp([940, 970, 1010, 955, 1120], 970)),
    check("no-secrets: No secret in any layer", "pass", "Nothing found in 2 layers."),
    check("dependency-cache: A source edit keeps the dependency layer", "pass", "`RUN uv sync` came from the cache."),
    check("healthcheck: HEALTHCHECK tells the truth", "pass", "Healthy after 1.1 s, unhealthy 4 s after SIGSTOP."),
    check("arbitrary-uid: Runs as any uid", "not-applicable", "The profile does not promise it."),
  ],
  figures: {},
};
