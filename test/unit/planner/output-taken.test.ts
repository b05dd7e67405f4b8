import { expect, it } from "vitest";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderDockerfile } from "../../../src/planner/render-dockerfile.ts";
import { facts, sample } from "./sample.ts";

const refusalOf = (outputText: string | undefined, overrides = {}, name = "Pictures API") => {
  const given = { ...facts({ name }, overrides), ...(outputText === undefined ? {} : { outputText }) };
  return makePlan(given).refusals.find(({ id }) => id === "output-taken");
};

it("does not take the place of a file that nobody had it read", () => {
  expect(refusalOf("FROM python:3.13-slim\n")).toMatchObject({
    blocking: true,
    what: "Dockerfile.prod is there already, and what is reworked is Dockerfile",
    instead: expect.stringContaining("`dockerfile: Dockerfile.prod`"),
  });
});

it("writes where nothing is, over what is reworked, and over what it wrote before", () => {
  expect(refusalOf(undefined)).toBeUndefined();
  expect(refusalOf("FROM python:3.13-slim\n", { output: "Dockerfile" })).toBeUndefined();
  for (const name of ["shop", "a-service-whose-name-is-so-long-that-the-first-line-of-the-file-is-broken-up"])
    expect(refusalOf(renderDockerfile(makePlan(facts({ name })), [], { ...sample, name }), {}, name)).toBeUndefined();
});
