import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checks } from "../../src/checks/index.gen.ts";
import { checksNamed, type FaultLab, openLab } from "../faults/lab.ts";
import { faults } from "../faults/table.ts";

const stop = new AbortController();
let lab: FaultLab;
beforeAll(async () => {
  lab = await openLab(stop.signal);
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

it("accuses the healthy service of nothing, and leaves nothing unproven", async () => {
  // Its base is named by a tag, because no registry is asked here.
  const wanted = checks.filter(({ id }) => id !== "base-pinned" && id !== "cold-build-time");
  const verdicts = await lab.verdicts(undefined, wanted);
  expect([...verdicts].filter(([, { status }]) => status !== "pass")).toEqual([]);
});

describe("each planted fault is caught", () => {
  it.each(faults)("$name", async (fault) => {
    const verdicts = await lab.verdicts(fault, checksNamed(fault.breaks));
    const missed = [...verdicts].filter(([, { status }]) => status !== "fail");
    expect(missed).toEqual([]);
  });
});
