import { describe, expect, it } from "vitest";
import { mostLikely } from "../../../src/planner/image-port.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import type { Server, Service } from "../../../src/model/types.ts";
import { fact, facts } from "./sample.ts";

const imageOf = (lines: readonly string[], service: Partial<Service> = {}) =>
  makePlan(
    facts(service, {}, `FROM python:3.13-slim\n${lines.join("\n")}\nCOPY . .\nCMD ["uvicorn", "app.main:app"]\n`),
  ).image;

describe("what a plan takes from today's Dockerfile", () => {
  it.each([
    [["RUN useradd -u 1200 -g 0 app", "USER app"], 1200, 1200],
    [["USER 1200:1300"], 1200, 1300],
    [["USER 1200:0"], 1200, 1200],
    [["USER 0"], 1001, 1001],
  ])("user of %j: %i:%i", (lines, uid, gid) => {
    expect(imageOf(lines).user).toMatchObject({ uid, gid });
  });

  it.each([
    [["WORKDIR /srv/api/"], "/srv/api"],
    [["WORKDIR /root"], "/app"],
    [["WORKDIR /"], "/app"],
  ])("folder of %j: %s", (lines, workdir) => {
    expect(imageOf(lines).workdir).toBe(workdir);
  });

  it("labels that are text, and none that a build argument fills in", () => {
    const { labels } = imageOf(["ARG V", 'LABEL team="payments" version=$V']);
    expect(labels).toMatchObject({ team: "payments" });
    expect(labels).not.toHaveProperty("version");
  });

  it.each([
    [["EXPOSE 8123"], [8123]],
    [[], [8000]],
  ])("port of %j where no file names one", (lines, ports) => {
    expect(imageOf(lines, { port: undefined }).ports).toEqual(ports);
  });
});

it.each<[Server, string]>([
  ["waitress", "SIGINT"],
  ["tornado", "SIGINT"],
  ["gunicorn", "SIGTERM"],
])("%s, as process 1, is stopped by %s", (server, signal) => {
  expect(imageOf([], { server: fact(server, "app/main.py", 1), starts: [] }).stopSignal).toBe(signal);
});

it("takes for the service's own of several ports the usual one, else the first that is not another's", () => {
  expect(mostLikely([5000, 8000])).toBe(8000);
  expect(mostLikely([9090, 5000])).toBe(5000);
  expect(mostLikely([9090])).toBe(9090);
  expect(mostLikely([])).toBeUndefined();
});
