import { expect, it } from "vitest";
import { excerptsOf } from "../../src/reporters/view/excerpts.ts";

it("shows the end of a log and the beginning of a list, and says what it cut", () => {
  const log = Array.from({ length: 50 }, (_, index) => ({ stream: "stdout", at: index, text: `line ${index}` }));
  const processes = Array.from({ length: 20 }, (_, pid) => ({ pid, uid: 1001, argv: "uvicorn" }));
  const [first, second] = excerptsOf({ healthy: true, log, processes }, 12);
  expect(first?.title).toBe("Log, the last 12 of 50");
  expect(first?.lines.at(-1)).toBe("line 49");
  expect(second?.title).toBe("Processes, the first 12 of 20");
  expect(second?.lines[1]).toBe("pid: 1  uid: 1001  argv: uvicorn");
});

it("shows lists of words, cuts long lines and leaves empty lists out", () => {
  const [words, ...rest] = excerptsOf({ writablePaths: ["/tmp", "x".repeat(1000)], log: [] });
  expect(words?.title).toBe("Writable paths");
  expect(words?.lines[1]).toHaveLength(240);
  expect(rest).toEqual([]);
});

it("shows no password", () => {
  expect(excerptsOf({ log: [{ text: "connecting to postgresql://app:hunter2@db/app" }] })[0]?.lines[0]).not.toContain(
    "hunter2",
  );
});

it.each([undefined, null, "text", [1], { a: 1 }])("finds nothing to show in %j", (evidence) => {
  expect(excerptsOf(evidence)).toEqual([]);
});
