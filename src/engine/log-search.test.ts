import { expect, it } from "vitest";
import { LogSearch } from "./log-search.ts";

const found = (values: readonly string[], ...frames: ReadonlyArray<readonly [stream: string, text: string]>) => {
  const search = new LogSearch(values);
  for (const [stream, text] of frames) search.push({ stream, payload: Buffer.from(text) });
  return search.found();
};

it("finds a value at the beginning of a log as well as at its end", () => {
  const many = Array.from({ length: 500 }, (_, index) => ["stdout", `line ${index}\n`] as const);
  expect(found(["hunter2"], ["stdout", "hunter2\n"], ...many)).toEqual(["hunter2"]);
  expect(found(["hunter2"], ...many, ["stderr", "hunter2"])).toEqual(["hunter2"]);
  expect(found(["hunter2"], ...many)).toEqual([]);
});

it("finds what an engine has cut into two frames, and nothing across two streams", () => {
  expect(found(["hunter2"], ["stdout", "is hunt"], ["stderr", "no\n"], ["stdout", "er2"])).toEqual(["hunter2"]);
  expect(found(["hunter2"], ["stdout", "hunt"], ["stderr", "er2"])).toEqual([]);
});

it("tells of each value once, and of none where none is looked for", () => {
  expect(found(["a-token", "b-token"], ["stdout", "a-token b-token a-token"])).toEqual(["a-token", "b-token"]);
  expect(found([], ["stdout", "anything"])).toEqual([]);
});
