import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checksNamed, type FaultLab, healthyChecks, openLab } from "../faults/lab.ts";
import { heldAtSidecar } from "../faults/beside-faults.ts";
import { type Fault, isCaught, oneForEachCheck } from "../faults/fault.ts";
import type { Verdict } from "../../src/model/types.ts";
import { bodyless, declaredVolume, faults } from "../faults/table.ts";

const stop = new AbortController();
let lab: FaultLab;
beforeAll(async () => {
  lab = await openLab(stop.signal);
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

/** The verdicts that are not what they should be, each in one line: a failed test shows what was said. */
const said = (verdicts: ReadonlyMap<string, Verdict>, wanted: Verdict["status"]): readonly string[] =>
  [...verdicts]
    .filter(([, { status }]) => status !== wanted)
    .map(([id, { status, message }]) => `${id} ${status}: ${message}`);

it("accuses the healthy service of nothing, and leaves nothing unproven", async () => {
  const verdicts = await lab.verdicts(undefined, checksNamed(healthyChecks));
  expect(said(verdicts, "pass")).toEqual([]);
});

it("holds a request on a route of its own where no route reads a body", async () => {
  const verdicts = await lab.verdicts(bodyless, checksNamed(["stop-answers-in-flight"]));
  expect(verdicts.get("stop-answers-in-flight")).toMatchObject({
    status: "pass",
    message: expect.stringContaining("injected slow route"),
  });
});

it("holds a request at a sidecar where nothing else can hold one", async () => {
  const verdicts = await lab.verdicts(heldAtSidecar, checksNamed(heldAtSidecar.keeps ?? []));
  expect(said(verdicts, "pass")).toEqual([]);
  for (const { message } of verdicts.values()) expect(message).toContain("(held sidecar)");
});

it("lets a volume of ECS take over the owner of a path that the image declares", async () => {
  const verdicts = await lab.verdicts(declaredVolume, checksNamed(["task-definition-runs"]));
  expect(verdicts.get("task-definition-runs")).toMatchObject({
    status: "pass",
    message: expect.stringContaining("volumes at /data"),
  });
});

it("leaves unproven what only notes from inside can tell, where Python takes nothing from outside", async () => {
  const isolated: Fault = {
    name: "isolated",
    breaks: [],
    dockerfile: [['CMD ["python", "/app/app.py"]', 'CMD ["python", "-I", "/app/app.py"]']],
  };
  const verdicts = await lab.verdicts(isolated, checksNamed(["writable-paths-declared", "required-env-known"]));
  expect(said(verdicts, "pass")).toEqual([
    expect.stringMatching(/^writable-paths-declared unproven: Python is started with -I/),
    expect.stringMatching(/^required-env-known unproven: Python is started with -I/),
  ]);
});

// `npm run test:faults` plants all of them.
describe("for each check a planted fault is caught", () => {
  it.concurrent.each(oneForEachCheck(faults))("$name", async (fault) => {
    const verdicts = await lab.verdicts(fault, checksNamed(fault.breaks));
    expect(said(verdicts, "fail")).toEqual([]);
    const otherwise = fault.breaks.filter((id) => !isCaught(fault, id, verdicts.get(id)));
    expect(otherwise.map((id) => `${id}: ${verdicts.get(id)?.message}`)).toEqual([]);
  });
});
