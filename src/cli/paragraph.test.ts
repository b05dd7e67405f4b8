import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { message, paragraph } from "./paragraph.ts";

const TEXT = "Pass the folder of the service, the one with its pyproject.toml.";
const streams = { stdout: process.stdout, stderr: process.stderr } as const;
const kept = Object.entries(streams).map(([name, { isTTY, columns }]) => [name, { isTTY, columns }] as const);

const become = (name: keyof typeof streams, columns: number | undefined) =>
  Object.assign(streams[name], { isTTY: columns !== undefined, columns });

beforeEach(() => {
  become("stdout", undefined);
  become("stderr", undefined);
});
afterEach(() => {
  for (const [name, { isTTY, columns }] of kept) Object.assign(streams[name as "stdout"], { isTTY, columns });
});

describe.each([
  ["stdout", "stderr", paragraph],
  ["stderr", "stdout", message],
] as const)("a line on %s", (own, other, write) => {
  it("is broken at words at a terminal, and goes on below its text", () => {
    become(own, 40);
    expect(write(TEXT, "  1.0 s  ").split("\n")).toEqual([
      "  1.0 s  Pass the folder of the",
      "           service, the one with its",
      "           pyproject.toml.",
    ]);
  });

  it("is whole in a pipe, whatever the other stream is", () => {
    become(other, 40);
    expect(write(TEXT, "- ")).toBe(`- ${TEXT}`);
  });

  it("is not broken into less than forty columns", () => {
    become(own, 10);
    expect(write("one two three four five six seven eight").split("\n")).toHaveLength(2);
  });
});
