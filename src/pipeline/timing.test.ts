import { expect, it } from "vitest";
import { exampleContract } from "../checks/support/examples.ts";
import type { Proof, Requirement } from "../model/types.ts";
import { timingFor } from "./timing.ts";

const demanding = (...proofs: readonly Proof[]): readonly Requirement[] =>
  proofs.map((proof, index) => ({ id: `R-${index}`, text: "It is ready soon", proof }));
const atMost = (seconds: number): Proof => ({ kind: "figure", name: "startSeconds", atMost: seconds });

it("holds a start against the contract's limit where no requirement sets another", () => {
  expect(timingFor(exampleContract)).toEqual({ startLimitMs: 30_000, stops: false });
  const others: readonly Proof[] = [
    { kind: "figure", name: "warmBuildSeconds", atMost: 1 },
    { kind: "check", id: "start-time" },
    { kind: "check", id: "size", limit: { operator: "<=", value: 5, unit: "bytes", text: "<= 5 B" } },
    { kind: "rule", id: "runs-as-root" },
  ];
  expect(timingFor(exampleContract, demanding(...others)).startLimitMs).toBe(30_000);
  expect(timingFor(exampleContract, [{ id: "R-1", text: "No proof" }]).startLimitMs).toBe(30_000);
});

it.each<[string, Proof]>([
  ["a figure", atMost(2)],
  ["a figure from below", { kind: "figure", name: "startSeconds", atLeast: 2 }],
  [
    "the check",
    { kind: "check", id: "start-time", limit: { operator: "<=", value: 2000, unit: "ms", text: "<= 2 s" } },
  ],
  ["one of several", { kind: "all", proofs: [{ kind: "rule", id: "runs-as-root" }, atMost(2)] }],
  ["what is provable here", { kind: "not-provable-here", reason: "No cluster", border: atMost(2) }],
])("holds it against the least that a requirement sets by %s", (_, proof) => {
  expect(timingFor(exampleContract, demanding(atMost(50), proof)).startLimitMs).toBe(2000);
});

it("times stops where a requirement rests on them", () => {
  const stop: Proof = { kind: "figure", name: "stopSeconds", atMost: 1 };
  expect(timingFor(exampleContract, demanding(atMost(2), stop)).stops).toBe(true);
  expect(timingFor(exampleContract, demanding(atMost(2))).stops).toBe(false);
});
