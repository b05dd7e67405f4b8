import { expect, it } from "vitest";
import { isIn } from "./paths.ts";

it.each([
  ["/data", "/data", true],
  ["/data", "/data/", true],
  ["/data/", "/data", true],
  ["/data/a/b", "/data", true],
  ["app/main.py", "app", true],
  ["/data", "/", true],
  ["/", "/", true],
  ["/database", "/data", false],
  ["/data", "/data/a", false],
])("%s is in %s: %s", (path, folder, expected) => {
  expect(isIn(path, folder)).toBe(expected);
});
