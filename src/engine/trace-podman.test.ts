import { expect, it } from "vitest";
import { PodmanTrace } from "./trace-podman.ts";

const LINES = `[1/2] STEP 1/3: FROM python:3.13-slim AS Builder
[1/2] STEP 2/3: COPY uv.lock ./
--> Using cache 22fda7521593fffb7645f13e62e2dcadb72bffe3393a9dcfaff6c13c80ca31ee
--> 22fda7521593
[1/2] STEP 3/3: RUN uv sync
Resolved 3 packages
--> 0db2b18aafc6
[2/2] STEP 1/3: FROM python:3.13-slim
[2/2] STEP 2/3: COPY --from=builder /app /app
--> bea19d4eb6e7
[2/2] STEP 3/3: LABEL "seaworthy.run"="1"
[2/2] COMMIT seaworthy/x:1
--> 1becbbc3d90b
Successfully tagged localhost/seaworthy/x:1`;

function traceOf(text: string): PodmanTrace {
  let clock = 0;
  const trace = new PodmanTrace(() => (clock += 100));
  for (const line of text.split("\n")) expect(trace.push(line)).toEqual([line]);
  return trace;
}

it("names the steps as BuildKit does, and knows those from the cache", () => {
  const trace = traceOf(LINES);
  expect(trace.steps().map(({ name, stage, cached }) => [name, stage, cached])).toEqual([
    ["[builder 1/3] FROM python:3.13-slim AS Builder", "builder", false],
    ["[builder 2/3] COPY uv.lock ./", "builder", true],
    ["[builder 3/3] RUN uv sync", "builder", false],
    ["[stage-1 1/3] FROM python:3.13-slim", "stage-1", false],
    ["[stage-1 2/3] COPY --from=builder /app /app", "stage-1", false],
    ["[internal] labels", undefined, false],
  ]);
  expect(trace.steps().every(({ milliseconds }) => milliseconds === 100)).toBe(true);
  expect(trace.failure()).toBeUndefined();
  expect(trace.rest()).toEqual([]);
});

it("names a single stage, the step that failed and its output", () => {
  const trace = traceOf(`STEP 1/2: FROM python:3.13-slim
STEP 2/2: RUN echo one; exit 7
one
Error: building at STEP "RUN echo one; exit 7": while running runtime: exit status 7`);
  expect(trace.failure()).toEqual({
    step: "[stage-0 2/2] RUN echo one; exit 7",
    error: "while running runtime: exit status 7",
    log: ["one"],
  });
  expect(trace.rest()).toEqual([
    'ERROR: building at STEP "RUN echo one; exit 7": while running runtime: exit status 7',
  ]);
});
