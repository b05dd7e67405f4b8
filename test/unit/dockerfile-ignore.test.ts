import { describe, expect, it } from "vitest";
import { readGlob } from "../../src/dockerfile/glob.ts";
import { readIgnore } from "../../src/dockerfile/ignore.ts";

const out = (text: string, path: string): boolean => readIgnore(text).excludes(path) !== undefined;

describe("what a .dockerignore keeps out", () => {
  it.each([
    ["node_modules", "node_modules/a/b.js"],
    ["__pycache__", "__pycache__/a.pyc"],
    ["**/__pycache__", "a/b/__pycache__/c.pyc"],
    ["**/__pycache__", "__pycache__"],
    ["*.md", "a.md"],
    ["**/*.md", "a.md"],
    ["**/*.md", "a/b.md"],
    ["docs/", "docs/a"],
    ["/docs", "docs/a"],
    ["./docs/../docs//x", "docs/x"],
    ["docs/**", "docs/a/b"],
    ["**", "a/b"],
    ["*", "a/b"],
    ["a?c", "abc"],
    ["a[b-d]e", "ace"],
    ["a[^b]c", "axc"],
    ["a\\*b", "a*b"],
    ["a(b)+.{1}|$", "a(b)+.{1}|$"],
    ["**.log", "x/y.log"],
    ["\ufeff.env", ".env"],
    [".env\r\n", ".env"],
    ["  .env  ", ".env"],
    [" #a", "#a"],
    ["*\n!a/b", "a/c"],
    ["docs\n!docs/*.md\ndocs/x.md", "docs/x.md"],
    ["a/b\n!a", "a/b/c"],
    ["!a\na", "a"],
  ])("%j keeps out %s", (text, path) => {
    expect(out(text, path)).toBe(true);
  });

  it.each([
    ["__pycache__", "a/__pycache__/b.pyc"],
    ["*.md", "a/b.md"],
    ["docs/**", "docs"],
    ["a?c", "a/c"],
    ["a.c", "abc"],
    ["**/.foo", "bar.foo"],
    ["#a", "#a"],
    ["", "a"],
    ["docs\n!docs/keep", "docs/keep"],
    ["docs\n!docs/keep", "docs/keep/x"],
    ["*\n!src", "src/a/b.py"],
    ["**\n!**/*.py", "a/b.py"],
    ["*\n! src", "src/a"],
    [".", "a"],
    ["/", "a"],
    ["Docs", "docs"],
  ])("%j lets in %s", (text, path) => {
    expect(out(text, path)).toBe(false);
  });

  it("names the line", () => {
    const ignore = readIgnore("# c\n\n*.log\n!keep.log\nlogs/\n");
    expect(ignore.excludes("a.log")).toEqual({ line: 3, text: "*.log" });
    expect(ignore.excludes("keep.log")).toBeUndefined();
    expect(ignore.excludes("./logs/keep.log")).toEqual({ line: 5, text: "logs/" });
  });

  it("reports lines a build would be refused for, and goes on without them", () => {
    const ignore = readIgnore("!\na[\nb[]\nc\\\n!/\n*.log");
    expect(ignore.problems?.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5]);
    expect(ignore.excludes("a.log")).toBeDefined();
  });

  it("takes no time over costly patterns", () => {
    const ignore = readIgnore(`${"**/*a".repeat(40)}b\n${"*".repeat(200)}c`);
    expect(ignore.excludes("a/".repeat(400))).toBeUndefined();
  });
});

describe("Go's filepath.Match", () => {
  it.each([
    ["*.py", "a.py", true],
    ["*.py", "a/b.py", false],
    ["a/*/c", "a/b/c", true],
    ["**", "a/b", false],
    ["a**", "abc", true],
    ["[a-c]?", "bx", true],
    ["[^a]", "a", false],
    ["[\\]]", "]", true],
    ["\\[a", "[a", true],
  ])("%s on %s: %s", (pattern, path, expected) => {
    expect(readGlob(pattern, "match")?.matches(path)).toBe(expected);
  });
  it.each(["[", "[]", "[]a]", "[a-]", "[-a]", "a\\", "[^]"])("%s is bad", (pattern) => {
    expect(readGlob(pattern, "match")).toBeUndefined();
  });
});
