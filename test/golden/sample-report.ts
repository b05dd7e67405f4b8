/** A whole report of one believable run, with foreign text that must be escaped and every status at least once. */
import type { CheckResult, Report } from "../../src/model/types.ts";
import { sampleAfter, sampleBefore } from "./sample-sides.ts";
import { sampleRequirements } from "./sample-requirements.ts";
import { sampleService } from "./sample-service.ts";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

export const sampleReport: Report = {
  schema: 1,
  tool: { name: "seaworthy", version: "0.1.0" },
  run: {
    id: "2026-11-21T09-30-00-a1b2c3",
    startedAt: "2026-11-21T09:30:00.000Z",
    engine: "docker 26.1.5 (containerd)",
    machine: "build-7",
    timeline: [
      { step: "analyze", startMs: 0, milliseconds: 92, reused: false },
      { step: "plan", startMs: 92, milliseconds: 11, reused: false },
      { step: "pin", startMs: 103, milliseconds: 412, reused: false },
      { step: "render", startMs: 515, milliseconds: 9, reused: false },
      { step: "before/build", startMs: 524, milliseconds: 48_300, reused: true },
      { step: "after/build", startMs: 48_824, milliseconds: 27_900, reused: false },
      { step: "before/evidence/start-up", startMs: 76_724, milliseconds: 19_100, reused: false },
      { step: "after/evidence/start-up", startMs: 95_824, milliseconds: 14_600, reused: false },
      { step: "report", startMs: 110_424, milliseconds: 160, reused: false },
    ],
    notes: ["python:3.13-slim is a stand-in: Debian 13's own Python in the place of the official image."],
  },
  service: sampleService,
  before: sampleBefore,
  after: sampleAfter,
  profile: "debian-slim",
  decisions: [
    {
      id: "base",
      title: "Base image",
      choice: "python:3.13-slim, pinned by digest",
      because: "requires-python is >=3.12, and 3.13 is the newest version every locked wheel supports.",
      evidence: ["pyproject.toml:6"],
      rejected: [
        { option: "python:3.12", because: "the full image carries compilers and 900 MB that nothing here runs" },
        { option: "alpine", because: "asyncpg would be compiled from source: musl wheels are not in the lock" },
      ],
      resolves: ["base-floating-tag", "base-not-digest-pinned"],
    },
    {
      id: "uv",
      title: "uv",
      choice: "uv 0.13.8 in the builder stage only",
      because: "the lock was written by uv; the running service does not need it.",
      evidence: ["uv.lock:1"],
      rejected: [{ option: "uv in the runtime stage", because: "`uv run` resolves again at each start" }],
      resolves: ["runtime-uv-run", "uv-cache-in-image"],
    },
    {
      id: "user",
      title: "User",
      choice: "1001:1001, without a login shell",
      because: "Kubernetes' runAsNonRoot accepts only a number.",
      evidence: [],
      rejected: [],
      resolves: ["root-user"],
    },
  ],
  refusals: [
    {
      id: "existing-dockerfile",
      what: "The Dockerfile of today is left as it is",
      because: "compose.yaml:4 builds it for development.",
      instead: "The reworked image is built from Dockerfile.prod.",
    },
  ],
  contract: {
    port: 8000,
    portVariable: "PORT",
    uid: 1001,
    gid: 1001,
    env: [
      { name: "DATABASE_URL", required: true, secret: true, example: "postgresql+asyncpg://app:app@db/app" },
      { name: "JWT_SECRET", required: true, secret: true, example: "not-a-secret-only-for-proof" },
      { name: "LOG_LEVEL", required: false, secret: false, default: "info", example: "info" },
    ],
    health: { path: "/api/v1/health" },
    readOnlyRoot: true,
    writablePaths: [],
    signals: { stop: "SIGTERM", graceSeconds: 30 },
    logs: "stdout-stderr",
    absentDistributions: ["pytest", "ruff"],
    absentPrograms: ["uv", "gcc"],
    limits: { startSeconds: 30, warmBuildSeconds: 60, coldBuildSeconds: 600, sizeRatio: 0.7 },
  },
  pins: [
    {
      image: "python:3.13-slim",
      digest: digest("a"),
      mediaType: "application/vnd.oci.image.index.v1+json",
      platform: "linux/amd64",
      resolvedAt: "2026-11-21T09:30:00.412Z",
      from: "127.0.0.1:5000",
      standIn: "Debian 13's own Python in the place of the official image",
    },
    {
      image: "ghcr.io/astral-sh/uv:0.13.8",
      digest: undefined,
      platform: "linux/amd64",
      resolvedAt: undefined,
      from: "nowhere",
      problem: "unpinned: no registry answered (ghcr.io: no connection (ECONNREFUSED))",
    },
  ],
  files: [
    {
      path: "Dockerfile.prod",
      content:
        '# syntax=docker/dockerfile:1\nFROM python:3.13-slim AS runtime\nCMD ["uvicorn", "app.main:app"] # </script> & <b>\n',
      executable: false,
      mode: "whole",
      why: "The reworked image.",
    },
    {
      path: "Makefile",
      content: "build-prod:\n\tdocker build -f Dockerfile.prod .\n",
      executable: false,
      mode: "block",
      why: "Targets to build and verify it.",
    },
  ],
  requirements: sampleRequirements,
  advice: {
    writable: {
      needed: ["/tmp"],
      basis: "6 requests in each of 4 runs on a strictly read-only root, from what was noted from inside",
      folders: [
        {
          path: "/tmp",
          needed: true,
          declared: false,
          when: "use",
          by: ["/app/.venv/lib/python3.13/site-packages/starlette/formparsers.py:210"],
          example: "/tmp/tmp8k2x1",
        },
        {
          path: "/app/<b>cache</b>",
          needed: false,
          declared: false,
          when: "start",
          by: [],
          example: "/app/<b>cache</b>/a|b",
        },
      ],
    },
    resources: {
      memoryBytes: 167_772_160,
      cpus: 0.25,
      fargate: { cpus: 0.25, memoryMiB: 512 },
      basis: [
        "Memory: at most 91.1 MB in 12 samples during 12 GET requests, and half as much again.",
        "Processors: ready after 4.20 s with 0.25 CPU, within the 30 s that it may take; that is its start alone, not its load.",
      ],
    },
  },
  verdict: { status: "unproven", sentence: "1 of 9 checks is unproven: Answers while it stops." },
  catalogue: {
    rules: [
      {
        id: "base-floating-tag",
        title: "The base image has a tag that moves",
        why: "The same commit builds another image next week.",
        advice: "Name the version.",
        source: "DL3007",
        judging: {
          severity: "warning",
          confidence: "certain",
          category: "reproducibility",
          aliases: ["DL3007"],
          since: "0.1.0",
          provenBy: ["base-pinned"],
        },
      },
    ],
    checks: [
      {
        id: "non-root",
        title: "Runs without root",
        why: "A process that is root in the container is root for every file that is mounted into it.",
        source: "CIS Docker 4.1",
      },
    ],
  },
};

/** The same run with every promise kept. */
export const passingReport: Report = {
  ...sampleReport,
  after: { ...sampleReport.after, checks: sampleReport.after.checks.map(passed) },
  requirements: sampleRequirements.filter(({ status }) => status === "pass" || status === "not-applicable"),
  verdict: { status: "pass", sentence: "All 8 checks pass on the reworked image; 1 does not apply." },
};

function passed(check: CheckResult): CheckResult {
  return check.status === "not-applicable" ? check : { ...check, status: "pass", message: "It holds." };
}
