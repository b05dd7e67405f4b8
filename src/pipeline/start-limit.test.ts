import { expect, it } from "vitest";
import { exampleContract } from "../checks/support/examples.ts";
import type { Proof, Requirement } from "../model/types.ts";
import { startLimitOf } from "./start-limit.ts";

const demanding = (...proofs: readonly Proof[]): readonly Requirement[] =>
  proofs.map((proof, index) => ({ id: `R-${index}`, text: "It is ready soon", proof }));
const atMost = (seconds: number): Proof => ({ kind: "figure", name: "startSeconds", atMost: seconds });

it("is the contract's where no requirement sets another", () => {
  expect(startLimitOf(exampleContract)).toBe(30_000);
  const others: readonly Proof[] = [
    { kind: "figure", name: "stopSeconds", atMost: 1 },
    { kind: "check", id: "start-time" },
    { kind: "check", id: "size", limit: { operator: "<=", value: 5, unit: "bytes", text: "<= 5 B" } },
    { kind: "rule", id: "runs-as-root" },
  ];
  expect(startLimitOf(exampleContract, demanding(...others))).toBe(30_000);
  expect(startLimitOf(exampleContract, [{ id: "R-1", text: "No proof" }])).toBe(30_000);
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
])("is the least that a requirement sets by %s", (_, proof) => {
  expect(startLimitOf(exampleContract, demanding(atMost(50), proof))).toBe(2000);
});
