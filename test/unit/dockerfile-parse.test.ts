import { chmodRefusal, mountRefusal, signalRefusal } from "../../src/dockerfile/flag-values.ts";
import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import type { Dockerfile, Instruction } from "../../src/model/types.ts";

const parse = (text: string): Dockerfile => parseDockerfile("Dockerfile", text);
const lines = (...parts: string[]): string => parts.join("\n");
const body = (text: string): readonly Instruction[] => parse(text).stages[0]?.instructions ?? [];
const only = (text: string): Instruction => {
  const [instruction] = body(`FROM scratch\n${text}`);
  if (instruction === undefined) throw new Error("no instruction");
  return instruction;
};
const problems = (text: string): readonly string[] => parse(text).problems.map(({ message }) => message);

describe("lines", () => {
  it("joins continuations, passing over comments and empty lines", () => {
    const run = only(lines("RUN a \\", "  # why", "", "  b \\  ", "c"));
    expect(run).toMatchObject({ args: "a   b c", line: 2, endLine: 6 });
  });
  it("takes a doubled escape character at the end as text", () => {
    expect(body(lines("FROM a", "RUN b \\\\", "RUN c")).map(({ args }) => args)).toEqual(["b \\\\", "c"]);
  });
  it("keeps a continuation at the end of the file", () => {
    expect(only("RUN a \\\n# c\n")).toMatchObject({ args: "a", endLine: 3 });
  });
  it("reads a byte order mark and Windows line ends", () => {
    const { stages, directives } = parse("\ufeff# escape=`\r\nFROM a\r\nRUN b `\r\n  c\r\n");
    expect(directives).toMatchObject([{ name: "escape", value: "`" }]);
    expect(stages[0]?.instructions[0]?.args).toBe("b   c");
  });
  it("points at the text with every range", () => {
    const text = lines("FROM a", "  COPY --from=x \\", "   --link \\", "  b c");
    const [copy] = body(text);
    const at = (range: { start: number; end: number } | undefined) => text.slice(range?.start, range?.end);
    expect(at(copy?.range)).toBe(lines("COPY --from=x \\", "   --link \\", "  b c"));
    expect(copy?.flags.map(({ range }) => at(range))).toEqual(["--from=x", "--link"]);
  });
  it("keeps comments above an instruction until an empty comment", () => {
    expect(only(lines("# a", "#", "# b", "", "  # c", "RUN d")).comments).toEqual(["b", "c"]);
  });
});

describe("directives", () => {
  it("stand at the top only", () => {
    expect(parse(lines("# syntax=x", "# Check = skip=all ", "", "# escape=`", "FROM a")).directives).toMatchObject([
      { name: "syntax", value: "x" },
      { name: "check", value: "skip=all" },
    ]);
  });
  it("end at any other comment", () => {
    expect(parse(lines("# hello", "# syntax=x", "FROM a")).directives).toEqual([]);
  });
  it("are found after #!, but for escape", () => {
    const text = lines("#!/bin/x", "# syntax=y", "# escape=`", "FROM a", "RUN b `", "RUN c");
    expect(parse(text).directives.map(({ name }) => name)).toEqual(["syntax"]);
    expect(body(text)).toHaveLength(2);
  });
  it.each([
    [lines("# syntax=a", "# syntax=b", "FROM a"), "only one syntax directive"],
    [lines("# escape=x", "FROM a"), "escape directive must be"],
  ])("refuses %j", (text, message) => {
    expect(problems(text)).toEqual([expect.stringContaining(message)]);
  });
});

describe("forms", () => {
  it.each([
    ['CMD ["a", "b c"]', "exec", ["a", "b c"]],
    ["CMD [ 'a' ]", "shell", ["[ 'a' ]"]],
    ['CMD ["a",]', "shell", ['["a",]']],
    ['CMD ["a"] b', "shell", ['["a"] b']],
    ["RUN [ -f x ] && y", "shell", ["[ -f x ] && y"]],
    ["CMD []", "exec", []],
    ["CMD", "shell", []],
    ['COPY ["a b", "/c"]', "exec", ["a b", "/c"]],
    ["COPY a  b\tc", "shell", ["a", "b", "c"]],
    ['SHELL ["bash", "-c"]', "exec", ["bash", "-c"]],
    ['VOLUME ["/a", "/b"]', "exec", ["/a", "/b"]],
    ['ENV A="b c" D=e\\ f', "shell", ['A="b c"', "D=e\\ f"]],
    ["ENV A b  c", "shell", ["A", "b  c"]],
    ["ARG A='b c' D", "shell", ["A='b c'", "D"]],
    ["WORKDIR /a b", "shell", ["/a b"]],
    ['CMD "\\u0041"', "shell", ['"\\u0041"']],
    ['CMD ["\\u0041\\n"]', "exec", ["A\n"]],
  ] as const)("%s", (text, form, words) => {
    expect(only(text)).toMatchObject({ form, words });
  });
  it("refuses an array that holds something else than strings", () => {
    expect(problems('FROM a\nCMD ["a", 1]')).toEqual(["a JSON array must hold strings only"]);
  });
});

describe("flags", () => {
  it("come before the arguments, quotes and escapes resolved, up to a bare --", () => {
    const copy = only('COPY --chown="a b" --link -- --x y');
    expect(copy.flags).toMatchObject([
      { name: "chown", value: "a b" },
      { name: "link", value: "" },
    ]);
    expect(copy.words).toEqual(["--x", "y"]);
  });
  it.each([
    ["RUN --mont=x y", "unknown flag: --mont"],
    ["COPY --from a b", "the flag --from needs a value"],
    ["COPY --from=a --from=b c d", "the flag --from stands twice"],
    ["COPY --link=x a b", 'the flag --link is true or false, not "x"'],
  ])("%s", (text, message) => {
    expect(problems(`FROM a\n${text}`)).toEqual([message]);
  });
});

describe("heredocs", () => {
  it("are read one after the other", () => {
    const run = only(lines("RUN cat <<A 3<<-'B' > x", "one", "A", "\ttwo", "\tB", "RUN next"));
    expect(run.heredocs).toMatchObject([
      { name: "A", content: "one\n", expand: true, chomp: false },
      { name: "B", content: "\ttwo\n", expand: false, chomp: true },
    ]);
    expect(run.endLine).toBe(6);
  });
  it("keep comments, directives and continuations as content", () => {
    expect(only(lines('COPY <<"EOF" /a', "# c", "RUN x \\", "EOF")).heredocs[0]?.content).toBe("# c\nRUN x \\\n");
  });
  it.each(["RUN echo '<<A'", "RUN x <<<y", "CMD cat <<A", 'RUN ["a", "<<A"]', "ENV A=<<B", "RUN $((1<<<2))"])(
    "there is none in %s",
    (text) => {
      expect(body(`FROM a\n${text}\nRUN b`)).toHaveLength(2);
    },
  );
  it("work inside ONBUILD", () => {
    expect(only("ONBUILD RUN <<A\nx\nA")).toMatchObject({
      keyword: "ONBUILD",
      inner: { heredocs: [{ content: "x\n" }] },
    });
  });
  it("must be closed", () => {
    expect(problems("FROM a\nRUN <<A\nx")).toEqual(["the heredoc A is not terminated"]);
  });
});

describe("inner instructions", () => {
  it("HEALTHCHECK holds a command", () => {
    const text = 'FROM a\nHEALTHCHECK --interval=5s CMD ["a", "b"]';
    const [check] = body(text);
    expect(check).toMatchObject({
      form: "exec",
      words: ["CMD", "a", "b"],
      inner: { keyword: "CMD", words: ["a", "b"] },
    });
    expect(text.slice(check?.inner?.range.start, check?.inner?.range.end)).toBe('CMD ["a", "b"]');
  });
  it("HEALTHCHECK NONE holds none", () => {
    expect(only("HEALTHCHECK NONE").inner).toBeUndefined();
  });
  it("ONBUILD holds an instruction with flags", () => {
    const flag = { name: "from", value: "x" };
    expect(only("ONBUILD COPY --from=x a b")).toMatchObject({
      inner: { keyword: "COPY", flags: [flag], words: ["a", "b"] },
    });
  });
});

describe("stages", () => {
  it("take global arguments in FROM and know their parents", () => {
    const { stages, globalArgs } = parse(
      lines(
        "ARG V=3.13",
        "ARG T=${V%.*}-slim",
        "FROM --platform=$BUILDPLATFORM python:$T as Build",
        "FROM build",
        "FROM ${X}:$V",
      ),
    );
    expect(globalArgs).toHaveLength(2);
    expect(stages).toMatchObject([
      {
        name: "build",
        base: "python:$T",
        resolvedBase: "python:3-slim",
        platform: "$BUILDPLATFORM",
        parent: undefined,
      },
      { name: undefined, parent: 0 },
      { resolvedBase: "${X}:3.13" },
    ]);
  });
  it("do not take arguments of a stage", () => {
    expect(parse(lines("FROM a", "ARG V=1", "FROM b:${V:-2}")).stages[1]?.resolvedBase).toBe("b:2");
  });
  it("are their own parents never", () => {
    expect(parse("FROM a AS a").stages[0]?.parent).toBeUndefined();
  });
});

describe("what BuildKit refuses", () => {
  it.each([
    ["", "the file has no instructions"],
    ["# only\n# comments", "the file has no instructions"],
    ["RUN a", "RUN stands before the first FROM"],
    ["ARG A=1", "the file has no FROM"],
    ["FROM a AS 1b", "invalid name for a stage"],
    ["FROM a b", "FROM requires either one or three arguments"],
    ["FROM a\nFOO bar", "unknown instruction: FOO"],
    ["FROM a\nENV A", "ENV must have two arguments"],
    ["FROM a\nENV A=b C", 'ENV needs name=value, but "C" has no ='],
    ["FROM a\nENV", "ENV requires at least one argument"],
    ["FROM a\nENV =b", "ENV names can not be blank"],
    ["FROM a\nCOPY a", "COPY requires at least two arguments"],
    ["FROM a\nCOPY a <<B\nB", "COPY cannot accept a heredoc as a destination"],
    ["FROM a\nSHELL bash", "SHELL requires the arguments to be in JSON form"],
    ["FROM a\nHEALTHCHECK TCP 1", 'unknown type "TCP" in HEALTHCHECK'],
    ["FROM a\nHEALTHCHECK CMD", "HEALTHCHECK CMD has no command"],
    ["FROM a\nHEALTHCHECK --interval=30 CMD b", "--interval is a time with its unit"],
    ["FROM a\nHEALTHCHECK --timeout=1s5 CMD b", "--timeout is a time with its unit"],
    ["FROM a\nHEALTHCHECK --timeout=50ns CMD b", "--timeout cannot be less than 1ms"],
    ["FROM a\nHEALTHCHECK --retries=-1 CMD b", "--retries is a number from 0 on"],
    ["FROM a\nRUN --network=bridge b", 'invalid network mode "bridge"'],
    ["FROM a\nRUN --security=off b", 'invalid security mode "off"'],
    ["FROM a\nONBUILD FROM b", "FROM is not allowed in ONBUILD"],
    ["FROM a\nONBUILD ONBUILD RUN b", "ONBUILD in ONBUILD is not allowed"],
    ["FROM a\nRUN --mount=from=$X b", "the from of a mount can not hold a variable"],
    ["FROM a\nconstructor x", "unknown instruction: constructor"],
    [`FROM a\nRUN ${"x".repeat(70_000)}`, "the line is longer than"],
  ])("%j", (text, message) => {
    expect(problems(text)).toContainEqual(expect.stringContaining(message));
  });
  it("still gives every stage that could be read", () => {
    expect(parse("FOO\nFROM a\nBAR\nFROM b").stages).toHaveLength(2);
  });
  it.each([
    "FROM a\nRUN x",
    "FROM a\nHEALTHCHECK --interval=1s NONE",
    "FROM a\nHEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=0s --retries=0 CMD x",
    "FROM a\nRUN --network=none --security=insecure x",
    "FROM a\nCMD",
    "from a as b\nrun x",
  ])("and not %j", (text) => {
    expect(problems(text)).toEqual([]);
  });
  it.each([
    ["type=cached,target=/x", 'unsupported mount type "cached"'],
    ["type=cache,", "an empty field"],
    ["type=cache,path=/x", 'unexpected key "path"'],
    ["type=cache,target=/x,sharing=never", 'unsupported sharing "never"'],
    ["target=/x,sharing=locked", "sharing is not for a mount of type bind"],
    ["type=tmpfs,target=/x,mode=0700", "mode is not for a mount of type tmpfs"],
    ["type=cache,target=/x,size=1g", "size is not for"],
    ["type=bind,target=/x,required", "required is not for"],
    ["type=bind,target=/", "/ as its target"],
    ["type=secret", "needs an id or a target"],
    ["type=secret,id=a,src=b", "both source and id"],
    ["type=secret,id=a,from=b", "from is not for"],
  ])("a mount %j", (mount, message) => {
    expect(mountRefusal(mount)).toContain(message);
  });
  it("modes and signals that there are not", () => {
    expect(["999", "20000", "0888"].filter((mode) => chmodRefusal(mode) === undefined)).toEqual([]);
    expect(["0755", "7", "00755", "u+x", "$MODE"].filter((mode) => chmodRefusal(mode) !== undefined)).toEqual([]);
    expect(["SIGTREM", "TERM INT", "0", "-1"].filter((signal) => signalRefusal(signal) === undefined)).toEqual([]);
    const known = ["SIGTERM", "quit", "15", "RTMIN+3", "SIGRTMAX-1", "$S"];
    expect(known.filter((signal) => signalRefusal(signal) !== undefined)).toEqual([]);
  });
  it.each([
    "type=cache,target=/x,sharing=LOCKED,uid=1001,gid=1001,mode=0755,id=a",
    "type=secret,id=a,env=TOKEN,required=true",
    "type=secret,target=/run/a,mode=0400",
    "type=ssh",
    "type=tmpfs,target=/x,size=1g",
    "dst=/x,src=.,from=b,rw",
    "type=$TYPE,target=/x",
    '"type=bind","target=/a,b"',
  ])("and not a mount %j", (mount) => {
    expect(mountRefusal(mount)).toBeUndefined();
  });
});
