import { describe, expect, it } from "vitest";
import type { Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderFiles } from "../../../src/planner/render.ts";
import { fact, facts, pins, sample, startedBy } from "./sample.ts";

/** A folder whose Dockerfile starts a worker, and nothing that serves. */
const DOCKERFILE = 'FROM python:3.13\nCMD ["celery", "-A", "jobs.queue", "worker"]\n';
const argv = ["celery", "-A", "jobs.queue", "worker"];
const worker: Partial<Service> = {
  starts: sample.starts
    .slice(0, 1)
    .map((start) => ({ ...start, argv, written: argv.join(" "), role: "worker", server: "unknown" })),
  files: ["Dockerfile", "jobs/__init__.py", "jobs/queue.py", "pyproject.toml", "uv.lock"],
  framework: fact("celery"),
  port: undefined,
  application: undefined,
  routes: [],
  healthPaths: [],
};
const planned = (service: Partial<Service>, overrides: Record<string, unknown> = {}, dockerfile = DOCKERFILE) =>
  makePlan(facts({ ...worker, ...service }, overrides, dockerfile));
const refusals = (...args: Parameters<typeof planned>) => planned(...args).refusals.map(({ id }) => id);

describe("the plan for a folder whose image is a worker", () => {
  it("starts the worker with the module that its command names, on no port", () => {
    const { image, contract } = planned({});
    expect(image).toMatchObject({ command: argv, ports: [], health: undefined });
    expect(image.copies.map(({ from }) => from)).toContain("jobs");
    expect(contract).toMatchObject({ kind: "worker", health: undefined });
    const dependencies = { ...sample.dependencies, runtimeClosure: ["celery"] };
    expect(planned({ dependencies }).contract.writablePaths).toContain("/tmp");
    expect(refusals({})).not.toEqual(expect.arrayContaining(["no-start"]));
    expect(refusals({})).not.toEqual(expect.arrayContaining(["no-health-route"]));
  });

  it("is rendered without a port, for the Dockerfile, the contract and the script", () => {
    const given = facts(worker, {}, DOCKERFILE);
    const files = renderFiles({ plan: makePlan(given), pins, service: given.service, existing: {} });
    const of = (end: string) => files.find(({ path }) => path.endsWith(end))?.content;
    expect(of("Dockerfile.prod")).not.toContain("EXPOSE");
    expect(of("contracts/container.md")).toContain("none: it is a worker");
    expect(of(".sh")).toContain("\nport=''\n");
  });

  it("is a server's where a file starts one, or somebody names a port", () => {
    expect(planned({ starts: [...(worker.starts ?? []), ...sample.starts] }).contract.kind).toBeUndefined();
    expect(planned({}, { ports: 9000 }).contract).toMatchObject({ port: 9000 });
    expect(planned({}, { ports: 9000 }).contract.kind).toBeUndefined();
    expect(planned({}, {}, `${DOCKERFILE}EXPOSE 9000\n`).contract.kind).toBeUndefined();
    expect(planned({}, { kind: "server" }).contract.kind).toBeUndefined();
  });

  it("is a worker's where the team says so, and a task is not reworked", () => {
    const bot = { ...startedBy(["python", "-m", "bot"], "own"), framework: fact("unknown" as const) };
    expect(refusals(bot)).toContain("no-port");
    expect(refusals(bot, { kind: "worker" })).not.toContain("no-port");
    expect(planned(bot, { kind: "worker" })).toMatchObject({ contract: { kind: "worker" }, image: { ports: [] } });
    expect(planned(bot, { kind: "task" }).refusals).toContainEqual(
      expect.objectContaining({ id: "task", blocking: true }),
    );
  });
});
