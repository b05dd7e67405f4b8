import { describe, expect, it } from "vitest";
import { enoughStarts } from "./enough-starts.ts";

/** A restless machine: the interval of five lies between 1.0 and 1.9 s. */
const RESTLESS = [1000, 1200, 1400, 1600, 1900];
const STEADY = [1000, 1010, 1020, 1030, 1040];

describe("the timed starts", () => {
  it.each([undefined, 30_000])("are five at least (limit %s)", (limitMs) => {
    expect(enoughStarts(STEADY.slice(1), 0, limitMs)).toBe(false);
    expect(enoughStarts(STEADY, 0, limitMs)).toBe(true);
  });

  it("go on until the median is certain where it is compared", () => {
    expect(enoughStarts(RESTLESS, 0)).toBe(false);
    expect(enoughStarts([...RESTLESS, ...STEADY, 1000], 0)).toBe(true); // Eleven.
    expect(enoughStarts([...RESTLESS, 1500], 6000)).toBe(true);
  });

  it("are enough once their interval lies far below the only limit", () => {
    expect(enoughStarts(RESTLESS, 0, 30_000)).toBe(true);
    expect(enoughStarts(RESTLESS, 0, 3900)).toBe(true);
  });

  it("go on where the limit is near, or was broken", () => {
    expect(enoughStarts(RESTLESS, 0, 3800)).toBe(false);
    expect(enoughStarts(RESTLESS, 0, 1500)).toBe(false);
    expect(enoughStarts(RESTLESS, 0, 500)).toBe(false);
  });
});
