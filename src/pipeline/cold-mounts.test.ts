import { expect, it } from "vitest";
import { parseDockerfile } from "../dockerfile/parse.ts";
import { mountsFor, warmBecause } from "./cold-mounts.ts";

const of = (line: string) => mountsFor(parseDockerfile("Dockerfile", `FROM python:3.13-slim\n${line}\n`));

it.each([
  "RUN pip install flask",
  "RUN --mount=type=cache,target=/root/.cache/uv uv sync",
  "RUN --mount=type=cache,id=uv,sharing=locked,target=/root/.cache/uv uv sync",
  "RUN --mount=type=bind,from=uv,source=/uv,target=/uv --mount=type=secret,id=a,mode=0400 uv sync",
])("shares its mounts with other builds: %s", (line) => {
  expect(of(line)).toBeUndefined();
});

it.each([
  "RUN --mount=type=cache,target=/root/.cache/uv,uid=1001 uv sync",
  "RUN --mount=type=cache,mode=0777,target=/c uv sync",
  "RUN --mount=type=secret,id=a --mount=type=cache,from=base,target=/c uv sync",
  "ONBUILD RUN --mount=type=cache,gid=5,target=/c uv sync",
])("has mounts of its own: %s", (line) => {
  expect(of(line)).toMatch(/^seaworthy-[0-9a-f]{12}$/);
  expect(of(line)).not.toBe(of(line));
});

it("knows that Podman has no cold build where there are cache mounts", () => {
  const file = (line: string) => parseDockerfile("Dockerfile", `FROM python:3.13-slim\n${line}\n`);
  const mounting = file("RUN --mount=type=cache,target=/root/.cache/uv uv sync");
  expect(warmBecause(mounting, "podman")).toContain("Podman keeps");
  expect(warmBecause(mounting, "docker")).toBeUndefined();
  expect(warmBecause(file("RUN true"), "podman")).toBeUndefined();
});
