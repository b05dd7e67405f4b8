import { expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import { exampleWrites } from "../../src/checks/support/writes-example.ts";
import { resourceAdvice, writableAdvice } from "../../src/pipeline/advice.ts";

const contract = { ...exampleContract, writablePaths: ["/data/"] };
const start = (cpus: number, milliseconds: number, healthy = true) => ({
  cpus,
  milliseconds,
  healthy,
  enforced: true,
  problem: "",
});
const used = { healthy: true, samples: [80e6, 90e6, 85e6], requests: 12 };

it("says which folders must be writable, who writes there, and what the contract names", () => {
  const { needed, folders, basis } = writableAdvice(exampleWrites, contract);
  expect(needed).toEqual(["/tmp", "/data"]);
  expect(folders.map(({ path, needed: is, declared }) => [path, is, declared])).toEqual([
    ["/tmp", true, false],
    ["/data", true, true],
  ]);
  expect(basis).toMatch(/12 requests in each of 4 runs/);
});

it("says why no set was found", () => {
  const advice = writableAdvice({ ...exampleWrites, minimal: undefined, problem: "It exited." }, contract);
  expect(advice).toMatchObject({ needed: undefined, basis: "It exited." });
});

it("advises memory by the peak, and the fewest processors with which it is ready in time", () => {
  const starts = [start(1, 900), start(0.5, 1700), start(0.25, 31_000)];
  const advice = resourceAdvice(used, { starts, patience: undefined, business: 1 }, exampleContract);
  expect(advice).toMatchObject({ cpus: 0.5, fargate: { cpus: 0.5, memoryMiB: 1024 } });
  expect(advice?.memoryBytes).toBe(160 * 2 ** 20);
  expect(advice?.basis.join(" ")).toMatch(/at most 90\.0 MB in 3 samples.* 1\.70 s with 0\.5 CPU, within the 30 s/);
  expect(advice?.basis.join(" ")).not.toMatch(/busy/);
});

it("says that the advice was tried, and gives none that did not work", () => {
  const tried = (problem: string) =>
    resourceAdvice({ ...used, advised: { bytes: 160 * 2 ** 20, problem } }, undefined, exampleContract);
  expect(tried("")?.basis.join(" ")).toMatch(/160 MiB\), with which it was started and used once more\./);
  expect(tried("the kernel killed a process of it for want of memory")).toBeUndefined();
});

it("says when the machine was busy, and nothing where nothing was measured", () => {
  const busy = { starts: [start(1, 900)], patience: undefined, business: 3 };
  expect(resourceAdvice(undefined, busy, exampleContract)?.basis.at(-1)).toMatch(/busy/);
  expect(resourceAdvice(undefined, { ...busy, starts: [start(1, 900, false)] }, exampleContract)).toBeUndefined();
  expect(resourceAdvice({ ...used, healthy: false }, undefined, exampleContract)).toBeUndefined();
});
