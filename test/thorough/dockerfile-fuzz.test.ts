import { expect, it } from "vitest";
import { commandsOfInstruction } from "../../src/dockerfile/shell.ts";
import { allInstructions, parseDockerfile, readInstructions } from "../../src/dockerfile/parse.ts";
import { reachableStages, stageState } from "../../src/dockerfile/stages.ts";
import type { Instruction, Range } from "../../src/model/types.ts";

const samples = [
  `# syntax=docker/dockerfile:1
# check=skip=all
ARG V=3.13
FROM --platform=$BUILDPLATFORM python:\${V:-3}-slim AS Build
# why
ENV A="b c" \\
    # comment
    D=e\\ f

COPY --from=uv --link --chown="a:b" ["x y", "/z/"]
RUN --mount=type=cache,target=/root/.cache,from=build <<EOF 3<<-"B"
set -e && uv sync || (cd x; exit 1)
EOF
	tabs
	B
HEALTHCHECK --interval=5s CMD curl -f "http://localhost:$PORT/" || exit 1
ONBUILD RUN sh -c "a | b"
FROM build
LABEL a=1 b='2'
SHELL ["bash", "-c"]
CMD exec gunicorn app:app
`,
  '\ufeff# escape=`\r\nFROM scratch\r\nCOPY a `\r\n b c\\\r\nVOLUME [ "/a" ]\r\nUSER $U\r\n',
];
const pieces = [
  "\\",
  "`",
  "\n",
  "\r\n",
  " ",
  "\t",
  '"',
  "'",
  "$",
  "${",
  "}",
  "<<",
  "<<-EOF",
  "EOF\n",
  "[",
  "]",
  '["a"]',
  "#",
  "# escape=`\n",
  "--",
  "=",
  ",",
  "\u0000",
  "\u00a0",
  "é",
  "\ud800",
  "ONBUILD ",
  "HEALTHCHECK CMD ",
  "FROM ",
  "RUN ",
];

/** A small generator with a seed (mulberry32): the same cases on every machine. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = Math.trunc(state + 0x6d2b79f5);
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function mutated(text: string, next: (below: number) => number): string {
  let result = text;
  for (let count = next(6) + 1; count > 0; count--) {
    const at = next(result.length + 1);
    const kind = next(4);
    const piece = pieces[next(pieces.length)] ?? "";
    if (kind === 0) result = result.slice(0, at) + result.slice(at + next(20));
    else if (kind === 1) result = result.slice(0, at) + piece + result.slice(at);
    else if (kind === 2) result = result.slice(0, at) + result.slice(next(result.length + 1));
    else result = result.slice(0, at) + piece.repeat(next(30)) + result.slice(at + 1);
  }
  return result;
}

const ranges = (instruction: Instruction): readonly Range[] => [
  instruction.range,
  ...instruction.flags.map(({ range }) => range),
  ...instruction.heredocs.map(({ range }) => range),
  ...(instruction.inner === undefined ? [] : ranges(instruction.inner)),
];

/** What lies between instructions is nothing but white space, comments and the byte order mark. */
const isFiller = (text: string): boolean =>
  text
    .replace(/^\ufeff/, "")
    .split("\n")
    .every((line) => /^[\s\u0085]*(?:#|$)/.test(line));

function judge(text: string): string | undefined {
  const { instructions } = readInstructions(text);
  let at = 0;
  for (const instruction of instructions) {
    const { start, end } = instruction.range;
    if (start < at || end < start || end > text.length) return `range ${start}-${end} after ${at}`;
    if (!isFiller(text.slice(at, start))) return `lost ${JSON.stringify(text.slice(at, start))}`;
    for (const range of ranges(instruction)) {
      if (range.start < start || range.end > end || range.end < range.start)
        return `inner range ${range.start}-${range.end}`;
    }
    at = end;
  }
  if (!isFiller(text.slice(at))) return `lost ${JSON.stringify(text.slice(at))}`;
  const file = parseDockerfile("Dockerfile", text);
  for (const stage of reachableStages(file)) stageState(file, stage);
  for (const instruction of allInstructions(file)) commandsOfInstruction(instruction);
  return file.text === text ? undefined : "the text changed";
}

it("the samples themselves are read without a problem", () => {
  for (const sample of samples) expect(parseDockerfile("Dockerfile", sample).problems).toEqual([]);
});

it("no mutation makes it throw, lose a character or point outside", { timeout: 60_000 }, () => {
  const next = random(20_261_121);
  for (let round = 0; round < 1500; round++) {
    const text = mutated(samples[next(samples.length)] ?? "", next);
    expect({ text, fault: judge(text) }).toEqual({ text, fault: undefined });
  }
});

/** Texts that would be slow if anything in the reading took more than linear time. */
it.each([
  ["continuations", `FROM a\nRUN ${"x \\\n".repeat(250_000)}`],
  ["open arrays", `FROM a\n${'CMD ["a]\n'.repeat(100_000)}`],
  ["nested arrays", `FROM a\nCMD ${"[".repeat(1_000_000)}]`],
  ["nested variables", `FROM ${"${a:-".repeat(200_000)}`],
  ["growing variables", `ARG A=0123456789\n${"ARG A=$A$A\n".repeat(60)}FROM $A`],
  ["heredocs", `FROM a\nRUN ${"<<E ".repeat(250_000)}`],
  ["blanks", `FROM a\nRUN <<${" ".repeat(1_000_000)}<`],
  ["quotes", `FROM a\nENV A=${'"\\'.repeat(500_000)}`],
  ["directives", "# syntax=a\n".repeat(100_000)],
  ["nested ONBUILD", "ONBUILD ".repeat(125_000)],
  ["unknown words", "a\n".repeat(500_000)],
  ["stages", "FROM b AS b\n".repeat(80_000)],
])("a megabyte of %s is read in time", { timeout: 20_000 }, (_, text) => {
  const { problems } = parseDockerfile("Dockerfile", text);
  expect(problems.length).toBeLessThanOrEqual(1000);
});
