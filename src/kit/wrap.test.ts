import { expect, it } from "vitest";
import { wrap } from "./wrap.ts";

it("fills lines up to the width, and breaks no word", () => {
  expect(wrap("one two\nthree  four", 9)).toEqual(["one two", "three", "four"]);
  expect(wrap("one two", 7)).toEqual(["one two"]);
  expect(wrap("a longestwordofall b", 5)).toEqual(["a", "longestwordofall", "b"]);
});

it("gives no line for no word", () => {
  expect(wrap(" \n ", 10)).toEqual([]);
});
