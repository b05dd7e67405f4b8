import { expect, it } from "vitest";
import { medianInterval } from "./units.ts";

it("tells nothing of the median of fewer than five samples", () => {
  expect(medianInterval([])).toBeUndefined();
  expect(medianInterval([1, 2, 3, 4])).toBeUndefined();
});

it("lies between the outermost of five to eight samples, and within the outermost of nine", () => {
  expect(medianInterval([5, 1, 4, 2, 3])).toEqual({ low: 1, high: 5 });
  expect(medianInterval([1, 2, 3, 4, 5, 6, 7, 8])).toEqual({ low: 1, high: 8 });
  expect(medianInterval([90, 2, 3, 4, 5, 6, 7, 8, 1])).toEqual({ low: 2, high: 8 });
});

it("holds the median as often as it says", () => {
  // Whether each of n samples lies above the median is a fair coin: every outcome is counted.
  for (const count of [5, 8, 9, 11, 14]) {
    const interval = medianInterval(Array.from({ length: count }, (_, index) => index));
    const [first, last] = [interval?.low ?? 0, interval?.high ?? 0];
    let held = 0;
    for (let outcome = 0; outcome < 2 ** count; outcome += 1) {
      const below = outcome.toString(2).replaceAll("0", "").length;
      if (below > first && below <= last) held += 1;
    }
    expect(held / 2 ** count, `${count} samples`).toBeGreaterThan(0.93);
  }
});
