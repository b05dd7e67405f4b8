import { expect, it } from "vitest";
import { PlainTrace } from "./trace-plain.ts";
import { RawJsonTrace } from "./trace-rawjson.ts";
import { stageOf, type TraceReader } from "./trace.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const at = (seconds: number) => new Date(1_795_000_000_000 + seconds * 1000).toISOString();
const documents = [
  { vertexes: [{ digest: "sha256:a", name: "[internal] load build definition from Dockerfile", started: at(0) }] },
  { statuses: [{ id: "transferring", vertex: "sha256:a", current: 2 }] },
  {
    vertexes: [
      { digest: "sha256:b", name: "[builder  2/12] RUN uv sync", started: at(1), completed: at(1), cached: true },
    ],
  },
  { vertexes: [{ digest: "sha256:c", name: "[stage-1 3/3] RUN exit 7", started: at(2) }] },
  {
    logs: [
      { vertex: "sha256:c", data: base64("first\nsec") },
      { vertex: "sha256:c", data: base64("ond\nlast") },
    ],
  },
  {
    vertexes: [
      {
        digest: "sha256:d",
        name: "[other 1/1] RUN sleep 9",
        started: at(2),
        completed: at(3),
        error: "context canceled",
      },
      { digest: "sha256:c", started: at(2), completed: at(4.5), error: "exit code: 7" },
    ],
  },
];
const rest = ["Dockerfile:4", "--------------------", "   4 | >>> RUN exit 7", "ERROR: failed to solve: exit code: 7"];

function readAll(trace: TraceReader, lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => trace.push(line));
}

it.each([
  ["indented", 2],
  ["on one line each", 0],
])("reads rawjson documents %s between other lines", (_, indent) => {
  const lines = documents.flatMap((each) => JSON.stringify(each, undefined, indent).split("\n"));
  const trace = new RawJsonTrace();
  const log = readAll(trace, ["a warning of the command line", ...lines, ...rest]);
  expect(trace.steps()).toEqual([
    { name: "[internal] load build definition from Dockerfile", stage: undefined, cached: false, milliseconds: 0 },
    { name: "[builder  2/12] RUN uv sync", stage: "builder", cached: true, milliseconds: 0 },
    { name: "[stage-1 3/3] RUN exit 7", stage: "stage-1", cached: false, milliseconds: 2500, error: "exit code: 7" },
    { name: "[other 1/1] RUN sleep 9", stage: "other", cached: false, milliseconds: 1000, error: "context canceled" },
  ]);
  expect(trace.failure()).toEqual({
    step: "[stage-1 3/3] RUN exit 7",
    error: "exit code: 7",
    log: ["first", "second", "last"],
  });
  expect(trace.rest()).toEqual(["a warning of the command line", ...rest]);
  expect(log).toEqual(
    expect.arrayContaining(["#2 CACHED", "#3 first", "#3 second", "#3 ERROR: exit code: 7", ...rest]),
  );
});

it("takes JSON that is no trace, and braces that are no JSON, for what they are", () => {
  const trace = new RawJsonTrace();
  readAll(trace, ['{"level":"warning"}', "{not json}"]);
  expect(trace.steps()).toEqual([]);
  expect(trace.failure()).toBeUndefined();
  expect(trace.rest()).toEqual(['{"level":"warning"}', "{not json}"]);
});

it("counts a step's time over all its starts once", () => {
  const trace = new RawJsonTrace();
  const vertex = (started: number, completed: number) =>
    JSON.stringify({ vertexes: [{ digest: "a", name: "FROM x", started: at(started), completed: at(completed) }] });
  readAll(trace, [vertex(0, 1), vertex(0, 1), vertex(5, 7)]);
  expect(trace.steps()[0]?.milliseconds).toBe(3000);
});

it("reads plain progress", () => {
  const trace = new PlainTrace();
  readAll(trace, [
    '#0 building with "default" instance using docker driver',
    "",
    "#5 [builder 2/3] RUN uv sync",
    "#5 CACHED",
    "#6 [builder 3/3] RUN make",
    "#6 0.123 cc -c x.c",
    "#6 [builder 3/3] RUN make",
    "#6 ERROR: exit code: 2",
    "#7 [stage-1 2/2] RUN sleep 1",
    "#7 CANCELED",
    "#8 exporting to image",
    "#8 DONE 1.2s",
    "ERROR: failed to solve: exit code: 2",
  ]);
  const find = (text: string) => trace.steps().find((step) => step.name.includes(text));
  expect(find("uv sync")).toMatchObject({ stage: "builder", cached: true });
  expect(find("exporting")).toMatchObject({ stage: undefined, cached: false, milliseconds: 1200 });
  expect(trace.failure()).toEqual({ step: "[builder 3/3] RUN make", error: "exit code: 2", log: ["cc -c x.c"] });
  expect(trace.rest()).toEqual(["ERROR: failed to solve: exit code: 2"]);
});

it.each([
  ["[builder  3/12] RUN x", "builder"],
  ["[linux/amd64 builder 3/6] RUN x", "builder"],
  ["[stage-1 1/1] RUN x", "stage-1"],
  ["[1/3] FROM x", undefined],
  ["[internal] load .dockerignore", undefined],
  ["exporting to image", undefined],
])("names the stage of %s", (name, stage) => {
  expect(stageOf(name)).toBe(stage);
});
