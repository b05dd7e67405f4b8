import { expect, it } from "vitest";
import { whyDiffers } from "./why.ts";

it.each([
  ["a\n2026-11-28T01:02:03Z\n", "a\n2026-11-28T01:02:09Z\n", "line 2 holds a date or a time"],
  ["1795833000123", "1795833004999", "line 1 holds a date or a time"],
  [
    "id=0b8f1c8e-3f6e-4c1a-9d55-0a1b2c3d4e5f",
    "id=9c8f1c8e-3f6e-4c1a-9d55-0a1b2c3d4e50",
    "line 1 holds a value that looks random",
  ],
  ["b\na\n", "a\nb\n", "the same lines in another order"],
  ["version one", "version two", "line 1 is another one"],
  ["a", "a\nb", "line 2 is another one"],
  ["\0a", "\0b", undefined],
])("%j and %j: %s", (first, second, why) => {
  expect(whyDiffers(Buffer.from(first), Buffer.from(second))).toBe(why);
});
