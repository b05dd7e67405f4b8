import { expect, it } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { lockToEdit } from "../../src/pipeline/lock-to-edit.ts";
import { sample } from "./planner/sample.ts";

const files = [...sample.files, "requirements.txt", "deploy/requirements.txt"];
const of = (run: string) =>
  lockToEdit(parseDockerfile("Dockerfile", `FROM python:3.13-slim\nRUN ${run}\n`), { ...sample, files });

it.each([
  ["uv sync --locked", "uv.lock"],
  ["--mount=type=cache,target=/c cd /app && uv sync --frozen", "uv.lock"],
  ["pip install --no-cache-dir -r requirements.txt", "requirements.txt"],
  ["pip wheel --wheel-dir /w --requirement /tmp/requirements.txt", "requirements.txt"],
  ["pip install -r elsewhere.txt", "uv.lock"],
  ["pip install .", "uv.lock"],
])("of `%s` is %s", (run, expected) => expect(of(run)).toBe(expected));
