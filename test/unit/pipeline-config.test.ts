import { expect, it } from "vitest";
import { parseConfig } from "../../src/pipeline/config-schema.ts";

it("reads every key", () => {
  const text = [
    "dockerfile: Dockerfile.before",
    "output: Dockerfile.prod",
    "keep: [Dockerfile]",
    "profile: debian-slim",
    "target: web",
    "buildArgs: {A: '1'}",
    "buildSecrets: {index: {env: INDEX_TOKEN}, pip: {file: ../pip.conf}}",
    "env: {B: x}",
    "taskDefinition: ../cdk/x.template.json",
    "sidecars: [{name: aws, build: ../aws, port: 5555, health: /ready, env: {C: y}}]",
    "composeFiles: [deploy/compose.yaml]",
    "roles: [{name: migrate, command: [alembic, upgrade, head], kind: task, within: 60}]",
    "decisions: {user: {uid: 1001}, health: [1, null]}",
    "limits: {startSeconds: 1500.5}",
    "ignore: [{rule: runs-as-root, reason: a sidecar}]",
  ].join("\n");
  expect(parseConfig(text)).toEqual({
    config: {
      dockerfile: "Dockerfile.before",
      output: "Dockerfile.prod",
      keep: ["Dockerfile"],
      profile: "debian-slim",
      target: "web",
      buildArgs: { A: "1" },
      buildSecrets: { index: { env: "INDEX_TOKEN" }, pip: { file: "../pip.conf" } },
      env: { B: "x" },
      taskDefinition: "../cdk/x.template.json",
      sidecars: [{ name: "aws", build: "../aws", port: 5555, health: "/ready", env: { C: "y" } }],
      composeFiles: ["deploy/compose.yaml"],
      roles: [{ name: "migrate", command: ["alembic", "upgrade", "head"], kind: "task", within: 60 }],
      decisions: { user: { uid: 1001 }, health: [1, null] },
      limits: { startSeconds: 1500.5 },
      ignore: [{ rule: "runs-as-root", reason: "a sidecar" }],
    },
  });
  expect(parseConfig("# nothing yet\n")).toEqual({ config: {} });
});

it.each([
  ["sidecars: compose", { sidecars: [], composeSidecars: "all" }],
  ["sidecars: []", { sidecars: [], composeSidecars: [] }],
  [
    "sidecars: [db, {name: aws, image: moto, port: 1, health: /}]",
    { sidecars: [{ name: "aws", image: "moto", port: 1, health: "/" }], composeSidecars: ["db"] },
  ],
])("tells Compose's sidecars from the team's own in %j", (text, config) => {
  expect(parseConfig(text)).toEqual({ config });
});

it.each([
  ["buildSecrets: {index: token}", "buildSecrets.index: expected a map, found string", 1],
  ["buildSecrets: {index: {env: 's3cret value'}}", expect.stringContaining("buildSecrets.index.env"), 1],
  ["sidecars: all", "sidecars: is to be compose", 1],
  ["sidecars: [{name: db}]", "sidecars.0: `port` is missing", 1],
  ["sidecars: [{name: a, port: 1, health: /}]", "sidecars.0: one of `image`, `build` is missing", 1],
  [
    "sidecars: [{name: a.b, image: x, port: 1, health: /}]",
    "sidecars.0.name: is to be a name of letters, digits, - and _, by which it is reached",
    1,
  ],
  ["roles: [{name: a, kind: job}]", "roles.0.kind: is to be server, worker or task", 1],
  ["roles: [{name: a, ready: '['}]", expect.stringContaining("roles.0.ready: Invalid regular expression"), 1],
  ["dockerfile: 1", "dockerfile: expected a text, found number", 1],
  ["output: x\nkeep: Dockerfile", "keep: expected a list, found string", 2],
  ["keep:\n  - a\n  - [b]", "keep.1: expected a text, found a list", 3],
  ["env:", "env: expected a map, found nothing", 1],
  ["env:\n  PORT: 8000", "env.PORT: expected a text, found number", 2],
  ["limits: {sizeRatio: big}", "limits.sizeRatio: expected a finite number, found string", 1],
  ["limits: {sizeRatio: .inf}", "limits.sizeRatio: expected a finite number, found number", 1],
  ["ignore:\n  - rule: a", "ignore.0: `reason` is missing", 2],
  ["ignore: [{rule: run-as-root, reason: x}]", expect.stringContaining("Did you mean `runs-as-root`?"), 1],
  ["ignore: [{rule: DL3002, reason: x, until: soon}]", "ignore.0.until: is to be a day like 2026-12-31", 1],
  ["severity: {run-as-root: note}", expect.stringContaining("there is no rule `run-as-root`"), 1],
  ["severity:\n  runs-as-root: off", expect.stringMatching(/is to be error, warning or note; .* `ignore`/), 2],
  ["failOn: sometimes", "failOn: is to be error, warning, note or never", 1],
  ["rulesSince: 1", "rulesSince: is to be a version like 0.1.0", 1],
  ["ignore:\n  - rule: DL3002\n    reason: ''", "ignore.0.reason: must not be empty", 3],
  [
    "ignore: [{rule: DL3002, reason: b, since: c}]",
    "ignore.0.since: unknown key; known are rule, reason, file, until",
    1,
  ],
  ["output: x\nconstructor: y", expect.stringMatching(/^constructor: unknown key; known are dockerfile, output, /), 2],
  ["- a", "seaworthy.yaml: expected a map, found a list", 1],
  ["text", "seaworthy.yaml: expected a map, found string", 1],
])("names the place of what is wrong in %j", (text, problem, line) => {
  expect(parseConfig(text)).toEqual({ problem, line });
});

it("names the place where it is no YAML", () => {
  expect(parseConfig("output: x\nkeep: [a")).toMatchObject({ line: 2 });
});
