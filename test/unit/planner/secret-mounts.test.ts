import { expect, it } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderDockerfile } from "../../../src/planner/render-dockerfile.ts";
import { facts, sample } from "./sample.ts";

const planned = (steps: string) => {
  const dockerfile = parseDockerfile(
    "Dockerfile",
    `FROM python:3.13-slim\n${steps}\nCMD ["uvicorn", "app.main:app"]\n`,
  );
  const plan = makePlan({ ...facts(), dockerfile });
  return { plan, text: renderDockerfile(plan, [], sample) };
};

it("mounts the secrets of today's install step in the step that takes its place", () => {
  const mount = "--mount=type=secret,id=index,env=UV_INDEX_TEAM_PASSWORD,required=true";
  const { plan, text } = planned(`RUN ${mount} uv sync --locked`);
  expect(text).toContain(mount);
  expect(plan.refusals.map(({ id }) => id)).not.toContain("secret-mount-lost");
  expect(plan.decisions.find(({ id }) => id === "sync")?.because).toContain("`index`");
});

it("makes the same variable of a mounted file", () => {
  const { text } = planned(
    `RUN --mount=type=secret,id=token UV_INDEX_TEAM_PASSWORD="$(cat /run/secrets/token)" uv sync --locked`,
  );
  expect(text).toContain("--mount=type=secret,id=token \\\n");
  expect(text).toContain(`UV_INDEX_TEAM_PASSWORD="$(cat /run/secrets/token)"; export UV_INDEX_TEAM_PASSWORD`);
});

it("says which secret the rework no longer mounts", () => {
  const { plan, text } = planned("RUN --mount=type=secret,id=models,target=/t ./fetch-models /t");
  expect(text).not.toContain("id=models");
  expect(plan.refusals).toContainEqual(
    expect.objectContaining({
      id: "secret-mount-lost",
      what: "The step in line 2 of Dockerfile mounts the build secret `models`",
    }),
  );
});

it("says which step used an ssh agent, and what to do about it", () => {
  const { plan, text } = planned("RUN --mount=type=ssh git clone git@git.example:team/models.git /models");
  expect(text).not.toContain("type=ssh");
  const said = plan.refusals.find(({ id }) => id === "ssh-mount-lost");
  expect(said?.what).toBe("The step in line 2 of Dockerfile mounts the keys of an ssh agent");
  expect(said?.instead).toContain("docker build --ssh default");
});

it("says nothing of an agent that the install step has for nothing", () => {
  const { plan } = planned("RUN --mount=type=ssh uv sync --locked");
  expect(plan.refusals.map(({ id }) => id)).not.toContain("ssh-mount-lost");
  expect(plan.refusals.map(({ id }) => id)).not.toContain("git-over-ssh");
});

it("changes nothing for a build without secrets", () => {
  const { plan, text } = planned("RUN uv sync --locked");
  expect(plan.image.sync).not.toHaveProperty("secrets");
  expect(text.match(/type=secret,id=(?!ca-bundle)/)).toBeNull();
});
