import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Service, StartCommand } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderFiles } from "../../../src/planner/render.ts";
import { evidence, facts, sample } from "./sample.ts";

const startOf = (more: Partial<StartCommand> = {}): StartCommand => ({
  source: "compose",
  role: "web",
  written: 'sh -c "uv sync --all-extras --frozen && uv run python -m app"',
  form: "exec",
  argv: ["python", "-m", "app"],
  wrappers: ["sh", "uv run"],
  server: "own",
  evidence: evidence("docker-compose.yml", 24),
  compose: { name: "app-dev", builds: "Dockerfile", entrypoint: false },
  ...more,
});
const withStart = (start: StartCommand, more: Partial<Service> = {}): Partial<Service> => ({
  starts: [...sample.starts, start],
  ...more,
});
const planOf = (service: Partial<Service>, output = "Dockerfile") => makePlan(facts(service, { output }));
const written = (service: Partial<Service>, output = "Dockerfile"): string | undefined => {
  const known = facts(service, { output });
  const files = renderFiles({ plan: makePlan(known), pins: [], service: known.service, existing: {} });
  return files.find(({ path }) => path === "docker-compose.override.yml")?.content;
};

describe("a Compose service that uv starts", () => {
  it("is started without it by an override, which takes the place of the proposal", () => {
    const text = written(withStart(startOf())) ?? "";
    expect(parse(text)).toEqual({ services: { "app-dev": { command: ["python", "-m", "app"] } } });
    expect(planOf(withStart(startOf())).refusals.filter(({ id }) => id === "uv-outside")).toEqual([]);
  });

  it.each([
    ['sh -c "poetry install && poetry run python -m app"', "poetry run"],
    ["pdm run python -m app", "pdm run"],
    ["pipenv run python -m app", "pipenv run"],
  ])("is started without another tool as well: %s", (line, wrapper) => {
    const service = withStart(startOf({ written: line, wrappers: [wrapper] }));
    expect(parse(written(service) ?? "")).toEqual({ services: { "app-dev": { command: ["python", "-m", "app"] } } });
  });

  it.each([
    ["is built from another Dockerfile", { compose: { name: "app-dev", builds: "dev.Dockerfile", entrypoint: false } }],
    ["has an entry point too", { compose: { name: "app-dev", builds: "Dockerfile", entrypoint: true } }],
    ["does something else before", { written: 'sh -c "alembic upgrade head && uv run python -m app"' }],
    ["has a variable in its command", { argv: ["python", "-m", "app", "$MODE"] }],
    ["is in a file that Compose reads only when it is named", { evidence: evidence("compose.dev.yaml", 3) }],
  ] satisfies ReadonlyArray<readonly [string, Partial<StartCommand>]>)("is only proposed when it %s", (_, more) => {
    expect(written(withStart(startOf(more)))).toBeUndefined();
    expect(planOf(withStart(startOf(more))).refusals.map(({ id }) => id)).toContain("uv-outside");
  });

  it("is left to the team that has an override of its own, or keeps today's Dockerfile", () => {
    const files = [...sample.files, "docker-compose.override.yml"];
    expect(written(withStart(startOf(), { files }))).toBeUndefined();
    expect(written(withStart(startOf()), "Dockerfile.prod")).toBeUndefined();
  });
});
