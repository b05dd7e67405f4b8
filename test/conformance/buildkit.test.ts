/** Compares our reading of Dockerfiles with BuildKit's own, from data that lies beside the project and is not part of it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDockerfile, readInstructions } from "../../src/dockerfile/parse.ts";
import { refusals } from "../../src/dockerfile/refusals.ts";
import type { Flag, Instruction } from "../../src/model/types.ts";

/** The data's folder, or the one above it that holds it as `buildkit`. */
const named = resolve(process.env["SEAWORTHY_CONFORMANCE"] ?? "../shared/conformance");
const folder = [join(named, "buildkit"), named].find((one) => existsSync(join(one, "inline.jsonl"))) ?? named;
const here = existsSync(join(folder, "inline.jsonl"));
const asked = process.env["SEAWORTHY_CONFORMANCE"] !== undefined;

interface Heredoc {
  readonly Name: string;
  readonly Content: string;
  readonly Expand: boolean;
  readonly Chomp: boolean;
}
interface Node {
  readonly Value: string;
  readonly Args: readonly string[] | null;
  readonly Children: readonly Node[] | null;
  readonly JSON: boolean;
  readonly Flags: readonly string[] | null;
  readonly Start: number;
  readonly End: number;
  readonly Heredocs: readonly Heredoc[] | null;
  readonly PrevComment: readonly string[] | null;
}
interface Case {
  readonly name: string;
  readonly dockerfile: string;
  readonly parsed: { Err: string; InstErr: string; Escape: string; Nodes: readonly Node[] | null; Dump: string };
}

const flagText = (flag: Flag): string => {
  const bare = flag.value === "" && flag.range.end - flag.range.start <= flag.name.length + 2;
  return bare ? `--${flag.name}` : `--${flag.name}=${flag.value}`;
};

/** Our words in the shape of BuildKit's nodes, which list name, value and separator for ENV and LABEL. */
function argsOf(instruction: Instruction): readonly string[] {
  const { keyword, words } = instruction;
  if (keyword !== "ENV" && keyword !== "LABEL") return words;
  if (words[0]?.includes("=") !== true) return words.length === 0 ? [] : [...words, ""];
  return words.flatMap((word) => {
    const equals = word.indexOf("=");
    return [word.slice(0, equals), word.slice(equals + 1), "="];
  });
}

/** BuildKit does not look at the arguments of a word it does not know. */
const unknown = (instruction: Instruction): boolean =>
  refusals(instruction).some((message) => message.startsWith("unknown instruction"));

function toNode(instruction: Instruction, nested = false): object {
  const { keyword, inner, heredocs } = instruction;
  const isOnbuild = keyword === "ONBUILD";
  return {
    value: keyword.toUpperCase(),
    args: isOnbuild || unknown(instruction) ? [] : argsOf(instruction),
    children: isOnbuild && inner !== undefined ? [toNode(inner, true)] : [],
    json: instruction.form === "exec",
    flags: instruction.flags.map(flagText),
    lines: nested ? [0, 0] : [instruction.line, instruction.endLine],
    heredocs: nested ? [] : heredocs.map(({ name, content, expand, chomp }) => ({ name, content, expand, chomp })),
    comments: nested ? [] : instruction.comments,
  };
}

function fromBuildKit(node: Node): object {
  return {
    value: node.Value.toUpperCase(),
    args: (node.Args ?? []).filter((_, index, all) => !(all.length === 1 && all[index] === "")),
    children: (node.Children ?? []).map(fromBuildKit),
    json: node.JSON,
    flags: node.Flags ?? [],
    lines: [node.Start, node.End],
    heredocs: (node.Heredocs ?? []).map((heredoc) => ({
      name: heredoc.Name,
      content: heredoc.Content,
      expand: heredoc.Expand,
      chomp: heredoc.Chomp,
    })),
    comments: (node.PrevComment ?? []).map((comment) => comment.replace(/^#\s*/, "")),
  };
}

/** Go's `%q` for what stands in the test files. */
const quote = (text: string): string => JSON.stringify(text).replaceAll("\\u00", "\\x");

/** BuildKit's dump of one instruction, made from ours. */
function dump(instruction: Instruction): string {
  const { keyword, flags, inner } = instruction;
  const flagPart = flags.length > 0 ? ` [${flags.map((flag) => quote(flagText(flag))).join(" ")}]` : "";
  const head = keyword.toLowerCase() + flagPart;
  if (keyword === "ONBUILD") return inner === undefined ? head : `${head} (${dump(inner)})`;
  return [head, ...argsOf(instruction).map(quote)].join(" ");
}

let compared = 0;

const reason = here ? "is there" : `is not in ${named} (set SEAWORTHY_CONFORMANCE to its folder): nothing is compared`;

// A place that was named must hold it; without one, that nothing was compared is said and is no failure.
it.skipIf(!here && !asked)(`BuildKit's data ${reason}`, () => {
  expect(here).toBe(true);
});

const list = (name: string): string[] => (here ? readdirSync(join(folder, name)).toSorted() : []);
const cases: Case[] = here
  ? readFileSync(join(folder, "inline.jsonl"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Case)
  : [];

describe.runIf(here)("as BuildKit reads it", () => {
  it.each(list("testfiles"))("test file %s", (name) => {
    const text = readFileSync(join(folder, "testfiles", name, "Dockerfile"), "utf8");
    const expected = readFileSync(join(folder, "testfiles", name, "result"), "utf8").trim();
    const { instructions, problems } = readInstructions(text);
    expect(instructions.map((instruction) => `(${dump(instruction)})`).join("\n")).toBe(expected);
    expect(problems).toEqual([]);
    compared++;
  });

  it.each(list("testfiles-negative"))("refused: %s", (name) => {
    const text = readFileSync(join(folder, "testfiles-negative", name, "Dockerfile"), "utf8");
    expect(parseDockerfile("Dockerfile", text).problems).not.toEqual([]);
    compared++;
  });

  it.each(cases)("$name", ({ dockerfile, parsed }) => {
    const { instructions, problems, escape } = readInstructions(dockerfile);
    expect(instructions.map((instruction) => toNode(instruction))).toEqual((parsed.Nodes ?? []).map(fromBuildKit));
    expect(escape).toBe(parsed.Escape);
    expect(problems.length > 0).toBe(parsed.Err !== "");
    const refused = parseDockerfile("Dockerfile", dockerfile).problems.map(({ message }) => message);
    // Some cases are fragments without FROM; the parser alone does not mind.
    const judged = refused.filter((message) => !/first FROM|no FROM|^the base/.test(message));
    expect(judged.length > 0).toBe(parsed.Err !== "" || parsed.InstErr !== "");
    compared++;
  });

  it("every case was compared", () => {
    process.stdout.write(`conformance: ${compared} Dockerfiles compared with BuildKit's parse\n`);
    expect(compared).toBe(list("testfiles").length + list("testfiles-negative").length + cases.length);
  });
});
