import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { rangeInFile } from "../../src/dockerfile/places.ts";
import { commandsIn, commandsOfInstruction, scriptOf, shellProblems } from "../../src/dockerfile/shell.ts";

const short = (script: string): readonly string[] =>
  commandsIn(script).map(({ connection, name, args }) => [connection, name, ...args].join(" "));
const inFile = (...parts: string[]): readonly string[] => {
  const [stage] = parseDockerfile("Dockerfile", ["FROM a", ...parts].join("\n")).stages;
  const commands = stage?.instructions.flatMap((instruction) => commandsOfInstruction(instruction, stage)) ?? [];
  return commands.map(({ name, args }) => [name, ...args].join(" "));
};

describe("commandsIn", () => {
  it.each([
    ["a && b || c; d | e & f", ["start a", "&& b", "|| c", "; d", "| e", "& f"]],
    ["a 'b c' \"d\"e\\ f", ["start a b c de f"]],
    ['sh -c "a && b"', ["start sh -c a && b", "start a", "&& b"]],
    ["exec bash -euxo pipefail -c 'a | b'", ["start exec bash -euxo pipefail -c a | b", "start a", "| b"]],
    ["env X=1 /bin/sh -lc a", ["start env X=1 /bin/sh -lc a", "start a"]],
    ["sh script.sh -c a", ["start sh script.sh -c a"]],
    ["bash <<E\na b\nE", ["start bash", "start a b"]],
    ["python - <<E\nimport x\nE", ["start python -"]],
    ["(a; b) && c", ["start a", "; b", "&& c"]],
    ["if a; then b; else c; fi", ["start a", "start b", "start c"]],
    ["for x in $(a); do b; done", ["start a", "start b"]],
    ["X=$(a) b `c`", ["start b `c`", "start a", "start c"]],
    ["export A=b", ["start export A=b"]],
    ["", []],
    ["# nothing", []],
  ])("%s", (script, expected) => {
    expect(short(script).toSorted()).toEqual([...expected].toSorted());
  });

  it("tells what is sure to run, and where", () => {
    const marks = (script: string) =>
      commandsIn(script).map(
        ({ name, subshell, conditional }) => `${name}${subshell ? " sub" : ""}${conditional ? " maybe" : ""}`,
      );
    expect(marks("a || b")).toEqual(["a", "b maybe"]);
    expect(marks("[ -f x ] && b")).toEqual(["[", "b maybe"]);
    expect(marks("a && b")).toEqual(["a", "b"]);
    expect(marks("(cd x) && { cd y; }")).toEqual(["cd sub", "cd"]);
    expect(marks("a | b")).toEqual(["a sub", "b sub"]);
    expect(marks("f() { a; }; f")).toEqual(["a maybe", "f"]);
    expect(marks("while a; do b; done")).toEqual(["a", "b maybe"]);
  });

  it("keeps assignments, redirects and ranges", () => {
    const script = "A='x y' B=$C cmd >/out 2>&1 < in";
    const [command] = commandsIn(` ${script}`);
    expect(command?.assignments).toMatchObject([
      { name: "A", value: "x y", static: true },
      { name: "B", value: "$C", static: false },
    ]);
    expect(command?.redirects).toMatchObject([
      { operator: ">", target: "/out" },
      { operator: ">&", descriptor: 2, target: "1" },
      { operator: "<", target: "in" },
    ]);
    expect(command?.range).toEqual({ start: 1, end: script.length + 1 });
  });

  it("tells static words from others", () => {
    const [command] = commandsIn('a \'b\' "c" $d "$e" f* $(g)');
    expect(command?.words.map((word) => word.static)).toEqual([true, true, true, false, false, false, false]);
  });

  it("throws at nothing", () => {
    for (const script of [
      "(",
      "a 'b",
      "<<",
      "if",
      "((((",
      "(".repeat(20_000),
      "$(".repeat(20_000),
      "sh -c '".repeat(9),
    ]) {
      expect(() => commandsIn(script)).not.toThrow();
    }
    expect(shellProblems("a 'b")).not.toEqual([]);
    expect(shellProblems("a b")).toEqual([]);
  });
});

describe("commandsOfInstruction", () => {
  it.each([
    ["RUN a && b", ["a", "b"]],
    ["RUN a && \\\n # c\n b", ["a", "b"]],
    ["RUN <<E\na\nb\nE", ["a", "b"]],
    ["RUN <<-E\n\ta\n\tE", ["a"]],
    ["RUN <<E\n#!/usr/bin/env python3\nimport x\nE", ["python3"]],
    ["RUN <<E\n#!/bin/bash -e\na\nE", ["a"]],
    ["RUN python <<E && b\nimport x\nE", ["python", "b"]],
    ["RUN sh <<E\na\nE", ["sh", "a"]],
    ['CMD ["sh", "-c", "exec a"]', ["sh -c exec a", "exec a"]],
    ['CMD ["a", "b && c"]', ["a b && c"]],
    ["ENTRYPOINT exec a", ["exec a"]],
    ["HEALTHCHECK CMD a || exit 1", ["a", "exit 1"]],
    ["HEALTHCHECK NONE", []],
    ["ONBUILD RUN a", ["a"]],
    ["COPY a b", []],
    ['SHELL ["pwsh", "-c"]\nRUN a', []],
    ["CMD", []],
  ])("%j", (text, expected) => {
    expect(inFile(text)).toEqual(expected);
  });
});

describe("rangeInFile", () => {
  const at = (text: string, word: string): string | undefined => {
    const file = parseDockerfile("Dockerfile", `FROM a\n${text}`);
    const instruction = file.stages[0]?.instructions[0];
    if (instruction === undefined) return undefined;
    const script = instruction.inner?.args ?? scriptOf(instruction);
    const start = script.indexOf(word);
    const range = rangeInFile(file, instruction.inner ?? instruction, { start, end: start + word.length });
    return range && file.text.slice(range.start, range.end);
  };
  it.each([
    "RUN --mount=type=cache,target=/x a && \\\n # c\n   needle",
    "RUN <<E\na\nneedle\nE",
    "RUN cat <<E > b\nneedle\nE",
    "RUN cat <<E <<F > b\nx\nE\nneedle\nF",
    "HEALTHCHECK --interval=1s \\\n  CMD needle x",
    "CMD needle",
  ])("finds the word in %j", (text) => {
    expect(at(text, "needle")).toBe("needle");
  });
  it("gives nothing where tabs were removed", () => {
    expect(at("RUN <<-E\n\tneedle\n\tE", "needle")).toBeUndefined();
  });
});
