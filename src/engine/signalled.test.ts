import { expect, it } from "vitest";
import { lastSignal } from "./signalled.ts";

const event = (timeNano: string) => `{"Type":"container","Action":"kill","time":1795890156,"timeNano":${timeNano}}\n`;

it("takes the last of the signals that the engine wrote down", () => {
  expect(lastSignal(event("1795890156743587021") + event("1795890157000000000"))).toBe(1_795_890_157_000);
  expect(lastSignal(event("1795890156743587021"))).toBeCloseTo(1_795_890_156_743.587, 2);
});

it("knows none where the engine wrote none down", () => {
  expect(lastSignal("")).toBeUndefined();
  expect(lastSignal('{"Type":"container","Action":"kill","time":1795890156}\n')).toBeUndefined();
});
