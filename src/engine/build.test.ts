import { expect, it } from "vitest";
import { failureOf, lostIn, tooOldIn } from "./build-failure.ts";
import { buildArguments, isRawJsonVersion } from "./build.ts";
import type { BuildRequest } from "./engine.ts";

const request: BuildRequest = {
  context: "/ctx",
  dockerfile: "/ctx/Dockerfile.prod",
  tag: "seaworthy/x:1",
  target: "runtime",
  platform: "linux/amd64",
  noCache: true,
  buildArgs: { A: "b=c" },
  secrets: { ca: "/ca.pem", index: { env: "INDEX_TOKEN" } },
  contexts: { "python:3.13-slim@sha256:0": "docker-image://other" },
  labels: { own: "yes" },
  logFile: "/log",
  signal: new AbortController().signal,
};
const labels = () => ({ "seaworthy.run": "r" });

it("writes every part of a request, and builds on the engine's own builder", () => {
  const byHost = { cli: { program: "docker", env: { DOCKER_HOST: "unix:///x" } }, labels } as const;
  const text = buildArguments(byHost, request, true).join(" ");
  for (const part of [
    "--builder default",
    "--progress=rawjson",
    "--target runtime",
    "--platform linux/amd64",
    "--no-cache",
    "--build-arg A=b=c",
    "--build-arg BUILDKIT_CACHE_MOUNT_NS=seaworthy",
    "--secret id=ca,src=/ca.pem",
    "--secret id=index,env=INDEX_TOKEN",
    "--build-context python:3.13-slim@sha256:0=docker-image://other",
    "--label own=yes --label seaworthy.run=r",
  ])
    expect(text).toContain(part);
  expect(text.endsWith(" /ctx")).toBe(true);
  const byContext = { cli: { program: "docker", env: { DOCKER_CONTEXT: "far" } }, labels } as const;
  expect(buildArguments(byContext, request, false).join(" ")).toContain("--builder far --progress=plain");
});

it.each([
  ["github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3", true],
  ["github.com/docker/buildx v0.12.1 30feaa1", false],
  ["github.com/docker/buildx v1.0.0 abc", true],
  ["github.com/docker/buildx 9872040 9872040b66", true],
])("knows from `%s` whether there is rawjson: %s", (text, expected) => {
  expect(isRawJsonVersion(text)).toBe(expected);
});

it.each([
  [
    "ERROR: failed to solve: no/such:1: failed to resolve source metadata for docker.io/no/such:1: docker.io/no/such:1: not found",
    "docker.io/no/such:1",
    "There is no image",
  ],
  [
    "ERROR: failed to solve: no/such:1: pull access denied, repository does not exist or may require authorization",
    "no/such:1",
    "There is no image",
  ],
  [
    "ERROR: failed to solve: x/y:1: failed to resolve source metadata for docker.io/x/y:1: dial tcp: lookup r: no such host",
    "docker.io/x/y:1",
    "cannot be reached",
  ],
])("knows a base that cannot be had", (output, image, words) => {
  expect(failureOf(output)).toMatchObject({ code: "engine/base-not-found" });
  expect(failureOf(output)?.message).toContain(image);
  expect(failureOf(output)?.message).toContain(words);
});

it.each([
  'ERROR: failed to solve: process "/bin/sh -c foo" did not complete successfully: exit code: 127',
  'ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref a::b: "/nowhere": not found',
  "ERROR: failed to solve: dockerfile parse error on line 2: unknown instruction: COPYY",
])("does not blame the base for %s", (output) => {
  expect(failureOf(output)).toBeUndefined();
});

it.each([
  "ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
  "ERROR: Cannot connect to the Docker daemon at unix:///run/d.sock. Is the docker daemon running?",
])("knows that the engine died during a build from `%s`", (output) => {
  expect(lostIn(output)).toMatchObject({ code: "engine/lost", details: [output] });
  expect(lostIn("ERROR: failed to solve: exit code: 7")).toBeUndefined();
});

it("does not blame the Dockerfile for a BuildKit that is too old", () => {
  const output =
    "ERROR: failed to solve: rpc error: code = Unknown desc = failed to solve with frontend dockerfile.v0: unsupported frontend capability moby.buildkit.frontend.contexts";
  expect(tooOldIn(output)).toMatchObject({ code: "engine/old-builder", details: [output] });
  expect(tooOldIn("ERROR: failed to solve: exit code: 7")).toBeUndefined();
});
