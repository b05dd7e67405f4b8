import { expect, it } from "vitest";
import { Confusion } from "../faults/confusion.ts";

it("counts by check and in all, and knows whether everything was as it should be", () => {
  const confusion = new Confusion();
  confusion.add({ image: "root user", check: "non-root", wanted: "fail", status: "fail" });
  confusion.add({ image: "healthy", check: "non-root", wanted: "pass", status: "pass" });
  expect(confusion.isClean).toBe(true);
  confusion.add({ image: "healthy", check: "size", wanted: "pass", status: "fail" });
  expect(confusion.isClean).toBe(false);
  confusion.add({ image: "a model", check: "size", wanted: "fail", status: "pass" });
  confusion.add({ image: "a slow step", check: "size", wanted: "fail", status: "unproven" });
  expect(confusion.table.map((line) => line.split(/ +/).join(" "))).toEqual([
    "check planted caught missed unproven healthy accused unproven",
    "non-root 1 1 0 0 1 0 0",
    "size 2 0 1 1 1 1 0",
    "all 3 1 1 1 2 1 0",
  ]);
});

it("names what was not judged alike in every round", () => {
  const confusion = new Confusion();
  for (const status of ["fail", "fail", "unproven"] as const)
    confusion.add({ image: "root user", check: "non-root", wanted: "fail", status });
  confusion.add({ image: "healthy", check: "non-root", wanted: "pass", status: "pass" });
  expect(confusion.flakes).toEqual(["root user: non-root: fail, then unproven"]);
});

it("is not clean when a healthy image stayed unproven", () => {
  const confusion = new Confusion();
  confusion.add({ image: "healthy", check: "size", wanted: "pass", status: "unproven" });
  expect(confusion.isClean).toBe(false);
});
