import { expect, it } from "vitest";
import { judgeExpectation } from "../../src/checks/user/expected.ts";
import type { Expectation } from "../../src/model/types.ts";
import { expand, search } from "../../src/probes/user/compared.ts";
import { goText, modeText } from "../../src/probes/user/files.ts";
import { jsonValues } from "../../src/probes/user/service.ts";

const expectation = { id: "user/a", title: "a", where: "seaworthy.yaml:2", kind: "log" } as unknown as Expectation;
const seenAs = (own: object) => ({ status: "seen", value: { seen: { "user/a": own } }, milliseconds: 1 }) as never;
const compared = (holds: boolean) => ({ what: "status", wanted: "200", seen: holds ? "200" : "404", holds });

it.each([
  ["everything holds", seenAs({ compared: [compared(true)], excerpt: [] }), "pass", "status: 200."],
  [
    "something does not",
    seenAs({ compared: [compared(true), compared(false)], excerpt: [] }),
    "fail",
    "status: wanted 200, seen 404.",
  ],
  ["nothing could be seen", seenAs({ compared: [], excerpt: [], unproven: "No." }), "unproven", "No."],
  ["nothing was asked", seenAs({ compared: [], excerpt: [] }), "unproven", "seaworthy.yaml:2 asks for nothing."],
  [
    "another one was seen",
    { status: "seen", value: { seen: {} }, milliseconds: 1 } as never,
    "unproven",
    "Nothing was",
  ],
  ["the probe failed", { status: "failed", reason: "Lost.", milliseconds: 1 } as never, "unproven", "Lost."],
  ["it did not run", undefined, "unproven", "The team's own"],
])("%s", (_, seen, status, message) => {
  const verdict = judgeExpectation(expectation, seen);
  expect(verdict.status).toBe(status);
  expect(verdict.message).toContain(message);
});

it("finds what shall be there and misses what shall not", () => {
  const sought = { has: [{ text: "a.c" }, { pattern: "A.C", flags: "i" }], lacks: [{ text: "abc" }] };
  expect(search("it", sought, "abc").map(({ holds }) => holds)).toEqual([false, true, false]);
});

it("expands variables of the image", () => {
  expect(expand("$HOME/x:${PATH}:$NOBODY", ["HOME=/root", "PATH=/bin=1"])).toBe("/root/x:/bin=1:");
});

it.each([
  [{ kind: "file", mode: 0o644 }, "-rw-r--r--", "-rw-r--r--"],
  [{ kind: "directory", mode: 0o1777 }, "drwxrwxrwt", "dtrwxrwxrwx"],
  [{ kind: "file", mode: 0o4755 }, "-rwsr-xr-x", "urwxr-xr-x"],
  [{ kind: "symlink", mode: 0o777 }, "lrwxrwxrwx", "Lrwxrwxrwx"],
] as const)("writes the mode of %j", (entry, ls, go) => {
  expect(modeText({ ...entry, uid: 0, gid: 0 })).toBe(ls);
  expect(goText({ ...entry, uid: 0, gid: 0 })).toBe(go);
});

it.each([
  [{ "items.0.id": 1 }, '{"items":[{"id":1}]}', true],
  [{ "items.0.id": "1" }, '{"items":[{"id":1}]}', false],
  [{ "": { b: 1, a: [2] } }, '{"a":[2],"b":1}', true],
  [{ "items.length": 1 }, '{"items":[]}', false],
  [{ a: 1 }, "no JSON", false],
  [{ a: null }, '{"b":1}', false],
])("compares JSON values: %j in %s", (wanted, text, holds) => {
  expect(jsonValues(wanted, text).every((one) => one.holds)).toBe(holds);
});
