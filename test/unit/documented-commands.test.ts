import { existsSync, readFileSync } from "node:fs";
import { run, type Command, type CommandContext } from "@stricli/core";
import { globSync } from "tinyglobby";
import { describe, expect, it } from "vitest";
import { appOf, withDefaultCommand } from "../../src/cli/app.ts";
import { commandHelp } from "../../src/cli/command-help.ts";
import { start } from "../../src/cli/full.ts";
import { helpOfAll, withHelp } from "../../src/cli/help.ts";
import { routes } from "../../src/cli/routes.ts";

/** Whatever a page, a help or a hint tells people to type must be taken by the command line as it is written. */

const inert: Readonly<Record<string, Command<CommandContext>>> = Object.fromEntries(
  Object.entries(routes).map(([name, command]) => [name, { ...command, loader: async () => () => {} }]),
);

/** What the command line says against these words; nothing when it takes them. */
async function refusal(words: readonly string[]): Promise<string> {
  let said = "";
  const write = (text: string) => void (said += text);
  const own = { stdout: { write: () => {} }, stderr: { write }, exitCode: undefined as number | string | undefined };
  await run(appOf(inert), withDefaultCommand(words, inert), { process: own });
  return said;
}

/** The words as a shell gives them, up to the first that is the shell's own (a pipe, a redirection, a comment). */
function wordsOf(call: string): readonly string[] {
  const words = (call.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll(/^['"]|['"]$/g, ""));
  const end = words.findIndex((word) => /^(?:[#|<>&]|&&|2>)/.test(word));
  return (end < 0 ? words : words.slice(0, end)).map((word) => word.replace(/…$/, "")).filter((word) => word !== "");
}

const pages = globSync(["README.md", "CONTRIBUTING.md", "docs/**/*.md"]);

/** Calls that stand in a block of commands, or between backquotes. */
function callsIn(page: string): readonly string[] {
  const text = readFileSync(page, "utf8");
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => block.split("\n"));
  const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  return [...blocks, ...inline].map((line) => line.replaceAll("\\|", "|").trim());
}
const commandsIn = (page: string): readonly string[] =>
  callsIn(page).flatMap((line) => {
    const [, call] = /^(?:npx --yes \S+ )?seaworthy( .+)$/.exec(line) ?? [];
    // `seaworthy ignore=…` is a comment in a Dockerfile, `seaworthy COMMAND` stands for any of them.
    return call === undefined || /^ (?:[\w ]*ignore=|COMMAND\b)/.test(call) ? [] : [call.trim()];
  });

describe.each(pages)("%s", (page) => {
  const calls = [...new Set(commandsIn(page))];
  it.skipIf(calls.length === 0)("shows calls that the command line takes", async () => {
    for (const call of calls) expect.soft(await refusal(wordsOf(call)), `seaworthy ${call}`).toBe("");
  });

  // Case studies tell of the targets that a service gets, and rules of those that one may have.
  it.skipIf(/case-studies|rules/.test(page))("names targets, scripts and files that are there", () => {
    const named = (pattern: RegExp) => callsIn(page).flatMap((line) => pattern.exec(line)?.[1] ?? []);
    const makefile = readFileSync("Makefile", "utf8");
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
    const targets = named(/^make ([a-z][\w-]*)/);
    const files = named(/^(?:npx tsx )?((?:scripts|src|test|bench)\/[\w./-]+)(?: |$)/);
    expect(targets.filter((target) => !new RegExp(`^${target}:`, "m").test(makefile))).toEqual([]);
    expect(named(/^npm run ([\w:-]+)/).filter((script) => !(script in scripts))).toEqual([]);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});

it("finds the calls", () => {
  const found = commandsIn("docs/analyze.md").map((call) => wordsOf(call).join(" "));
  expect(found).toEqual(expect.arrayContaining(["analyze services/*", "analyze -", "explain ID"]));
  expect(wordsOf("analyze 'services/*' --json # all | some")).toEqual(["analyze", "services/*", "--json"]);
});

it("would see a flag that is not there", async () => {
  expect(await refusal(["analyze", "--nope"])).toContain("No flag registered for --nope");
  expect(await refusal(["analise"])).toContain("did you mean `analyze`?");
  expect(await refusal(["run", "--keep-image"])).not.toContain("It is a flag of");
  expect(await refusal(["plan", "--quick"])).toContain("It is a flag of `seaworthy verify`. ");
  expect(await refusal(["plan", "--push-to", "x"])).toContain("It is a flag of `seaworthy run`, `seaworthy verify`. ");
});

it("mentions each command on the first page", () => {
  const readme = readFileSync("README.md", "utf8");
  for (const name of Object.keys(routes)) expect.soft(readme).toContain(`\`seaworthy ${name}`);
});

describe.each(Object.entries(commandHelp))("seaworthy %s --help", (name, { examples }) => {
  it("has examples that the command line takes", async () => {
    for (const [call] of examples) expect.soft(await refusal([name, ...wordsOf(call)]), call).toBe("");
  });

  it("fits a terminal, and tells of every flag and exit code", async () => {
    let stdout = "";
    const own = { stdout: { write: (text: string) => void (stdout += text) }, stderr: { write: () => {} } };
    await start([name, "--help"], own);
    expect(stdout.split("\n").filter((line) => line.length > 110)).toEqual([]);
    const { flags = {} } = routes[name as keyof typeof routes].parameters;
    for (const flag of Object.keys(flags))
      expect(stdout).toContain(`  --${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    expect(stdout).toMatch(/\nEXIT CODE\n {2}0 .*\n(?: {2}1 .*\n)? {2}2 /);
  });

  it("fits a narrow terminal, but for what is to be copied and words that no line holds", () => {
    const narrow = withHelp(routes, commandHelp, 40)[name as keyof typeof routes];
    const text = narrow.formatHelp({ ansiColor: false } as Parameters<typeof narrow.formatHelp>[0]);
    const copied = new Set(examples.map(([call]) => `  seaworthy ${name} ${call}`));
    const tooLong = text.split("\n").filter((line) => line.length > 40 && !copied.has(line));
    expect(tooLong).toEqual([]);
  });
});

it("the help of the whole fits a narrow terminal", () => {
  const widest = (columns: number) =>
    Math.max(
      ...helpOfAll(routes, { columns, bold: false })
        .split("\n")
        .map((line) => line.length),
    );
  expect(widest(40)).toBeLessThanOrEqual(40);
  expect(widest(80)).toBeGreaterThan(40);
});
