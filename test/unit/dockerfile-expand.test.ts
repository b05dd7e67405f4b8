import { describe, expect, it } from "vitest";
import { UserError } from "../../src/kit/errors.ts";
import { applyEdits } from "../../src/dockerfile/edit.ts";
import { expandKnown, expandWord, expandWords } from "../../src/dockerfile/expand.ts";

const known = new Map([
  ["A", "one"],
  ["EMPTY", ""],
  ["PATHS", "/usr/lib/lib.so.1"],
  ["TWO", "x y"],
]);

describe("expandWord", () => {
  it.each([
    ["$A", "one"],
    ["${A}-b", "one-b"],
    ["a$", "a$"],
    ["$X", ""],
    ["\\$A", "$A"],
    ["'$A'", "$A"],
    ['"$A b"', "one b"],
    ['"a\\qb\\""', 'a\\qb"'],
    ["${X:-d}", "d"],
    ["${X-d}", "d"],
    ["${EMPTY:-d}", "d"],
    ["${EMPTY-d}", ""],
    ["${A:+y}", "y"],
    ["${X:+y}", ""],
    ["${EMPTY+y}", "y"],
    ["${X:-${A}!}", "one!"],
    ["${X:-'a}b'}", "a}b"],
    ["${A:?no}", "one"],
    ["${PATHS#*/}", "usr/lib/lib.so.1"],
    ["${PATHS##*/}", "lib.so.1"],
    ["${PATHS%.*}", "/usr/lib/lib.so"],
    ["${PATHS%%.*}", "/usr/lib/lib"],
    ["${PATHS%nope}", "/usr/lib/lib.so.1"],
    ["${PATHS/lib/L}", "/usr/L/lib.so.1"],
    ["${PATHS//lib/L}", "/usr/L/L.so.1"],
    ["${PATHS//\\//_}", "_usr_lib_lib.so.1"],
    ["${A/?n/x}", "xe"],
    ["$1x", "x"],
  ])("%s is %j", (word, value) => {
    expect(expandWord(word, known)).toMatchObject({ value, problem: undefined });
  });

  it.each(["${A", "${}", "${:x}", "${A:#x}", "${A^^}", "${X:?no}", "'a", '"a', "${A/x", "${A#\\x}"])(
    "%s is refused",
    (word) => {
      expect(expandWord(word, known).problem).toBeDefined();
    },
  );

  it("keeps unset variables when asked, and names them", () => {
    const { value, used, unknown } = expandWord("$A:$X:${Y:-d}:${Z#p}", known, { unset: "keep" });
    expect({ value, used, unknown }).toEqual({ value: "one:$X:${Y:-d}:${Z#p}", used: ["A"], unknown: ["X", "Y", "Z"] });
  });

  it("takes defaults and keeps the rest when asked", () => {
    const { value, unknown, missing } = expandWord("${Y:-d}${N:+n}$X", known, { unset: "default" });
    expect({ value, unknown, missing }).toEqual({ value: "d$X", unknown: ["Y", "N", "X"], missing: ["X"] });
  });

  it("obeys another escape character", () => {
    expect(expandWord("`$A\\$A", known, { escape: "`" }).value).toBe("$A\\one");
  });

  it("leaves quotes in the content of heredocs", () => {
    expect(expandWord(`'$A' "x"`, known, { quotes: false }).value).toBe(`'one' "x"`);
  });

  it("ends on values that grow without end, on deep nesting and on costly patterns", () => {
    const huge = new Map([["A", "x".repeat(90_000)]]);
    expect(expandWord("$A$A$A", huge).problem).toBe("the value is too long");
    expect(expandWord("${A:-".repeat(50_000), known).problem).toBeDefined();
    expect(expandWord(`\${A//${"*x".repeat(50)}/y}`, huge).problem).toContain("invalid pattern");
  });
});

describe("expandKnown", () => {
  it("gives nothing where a variable is not known", () => {
    expect(expandKnown("$A", known)).toBe("one");
    expect(expandKnown("$A$X", known)).toBeUndefined();
    expect(expandKnown("${X:-d}", known)).toBe("d");
    expect(expandKnown("${A", known)).toBeUndefined();
  });
});

it("expandWords splits what variables bring in, not what is quoted", () => {
  expect(expandWords(`$TWO "a b" c\\ d`, known)).toEqual(["x", "y", "a b", "c d"]);
});

describe("applyEdits", () => {
  const edit = (start: number, end: number, text: string) => ({ range: { start, end }, text });
  it("changes several places, in any order, insertions kept in order", () => {
    expect(applyEdits("abcdef", [edit(4, 6, "X"), edit(0, 1, ""), edit(2, 2, "1"), edit(2, 2, "2")])).toBe("b12cdX");
  });
  it.each([
    ["overlapping", [edit(0, 3, "x"), edit(2, 4, "y")]],
    ["outside", [edit(5, 9, "x")]],
    ["turned round", [edit(3, 2, "x")]],
  ])("refuses %s edits", (_, edits) => {
    expect(() => applyEdits("abcdef", edits)).toThrow(UserError);
  });
});
