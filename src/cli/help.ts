import type { Command, CommandContext } from "@stricli/core";
import { wrap } from "../kit/wrap.ts";
import { type CommandHelp, VERDICT } from "./command-help.ts";

type Routes = Readonly<Record<string, Command<CommandContext>>>;
interface Shown {
  readonly width: number;
  /** Titles are bold. */
  readonly bold: boolean;
}

type Section = readonly [title: string, lines: readonly string[]];

const CANNOT = "wrong usage or configuration, or something that it needs is not there";

/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 110;
const NARROWEST = 40;
const within = (columns: number): number => Math.max(NARROWEST, Math.min(columns, WIDEST));

/**
 * The same commands with a help that fits the terminal and has examples. The library's own puts each flag on one line,
 * however long, and knows no examples.
 */
export function withHelp<Given extends Routes>(
  routes: Given,
  help: Readonly<Record<keyof Given, CommandHelp>>,
  columns: number = WIDEST,
): Given {
  const width = within(columns);
  const entries = Object.entries(routes).map(([name, command]) => [
    name,
    {
      ...command,
      formatUsageLine: () => usageOf(name, command),
      formatHelp: ({ ansiColor }: { readonly ansiColor: boolean }) =>
        helpOf(name, command, help[name as keyof Given], { width, bold: ansiColor }),
    },
  ]);
  return Object.fromEntries(entries) as Given;
}

function helpOf(name: string, command: Command<CommandContext>, { examples, exit }: CommandHelp, shown: Shown): string {
  const sections: readonly Section[] = [
    ["USAGE", [`  ${usageOf(name, command)}`]],
    [
      "EXAMPLES",
      examples.flatMap(([call, does]) => [
        `  seaworthy ${name} ${call}`.trimEnd(),
        ...wrap(does, shown.width - 6).map((line) => `      ${line}`),
      ]),
    ],
    ["ARGUMENTS", columnsOf(argumentsOf(command), shown.width)],
    ["FLAGS", columnsOf([...flagsOf(command), ["-h, --help", "print this and exit"]], shown.width)],
    ["EXIT CODE", columnsOf(Object.entries({ ...exit, 2: CANNOT }), shown.width)],
  ];
  return page(wrap(command.brief, shown.width), sections, shown);
}

/** The help of the whole: what it is, and its commands. */
export function helpOfAll(routes: Routes, { columns = WIDEST, bold }: { columns?: number | undefined; bold: boolean }) {
  const width = within(columns);
  const about =
    "The first form is short for `seaworthy run FOLDER`, and `seaworthy` alone for `seaworthy run .`: the whole way, " +
    "from the analysis to the report. It changes nothing in the folder; `seaworthy apply` does, after a backup.";
  const sections: readonly Section[] = [
    ["USAGE", ["  seaworthy ./FOLDER [flags]", "  seaworthy COMMAND [flags] ...", "  seaworthy --version"]],
    [
      "COMMANDS",
      columnsOf(
        Object.entries(routes).map(([name, { brief }]) => [name, brief]),
        width,
      ),
    ],
    ["FLAGS", wrap("`seaworthy COMMAND --help` has each command's flags, with examples.", width - 2).map(indented)],
    ["EXIT CODE", columnsOf(Object.entries({ ...VERDICT, 2: CANNOT }), width)],
  ];
  return page(wrap(about, width), sections, { width, bold });
}

const indented = (line: string): string => `  ${line}`;

/** The usage first, then what it is, then the rest. */
function page(about: readonly string[], sections: readonly Section[], { bold }: Shown): string {
  const [usage = "", ...rest] = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [bold ? `\u001b[1m${title}\u001b[22m` : title, ...lines].join("\n"));
  return `${[usage, about.join("\n"), ...rest].join("\n\n")}\n`;
}

const usageOf = (name: string, { parameters: { positional, flags } }: Command<CommandContext>): string => {
  const words = positional?.kind === "array" ? [`[${positional.parameter.placeholder}...]`] : [];
  const named = (positional?.kind === "tuple" ? positional.parameters : []).map(({ placeholder, default: otherwise }) =>
    otherwise === undefined ? `<${placeholder}>` : `[${placeholder}]`,
  );
  return ["seaworthy", name, ...(flags === undefined ? [] : ["[flags]"]), ...words, ...named].join(" ");
};

type Row = readonly [name: string, brief: string];

function argumentsOf({ parameters: { positional } }: Command<CommandContext>): readonly Row[] {
  if (positional === undefined) return [];
  if (positional.kind === "array") return [[`${positional.parameter.placeholder}...`, positional.parameter.brief]];
  return positional.parameters.map(({ placeholder, brief, default: otherwise }) => [
    placeholder ?? "",
    otherwise === undefined ? brief : `${brief} (${otherwise === "." ? "this one" : otherwise} unless said)`,
  ]);
}

function flagsOf({ parameters: { flags = {} } }: Command<CommandContext>): readonly Row[] {
  return Object.entries(flags).map(([name, flag]) => {
    const written = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (flag.kind === "boolean") return [written, flag.brief];
    if (flag.kind === "enum") return [`${written} ${flag.values.join("|")}`, flag.brief];
    const several = "variadic" in flag && flag.variadic !== false ? "..." : "";
    const otherwise = "default" in flag && typeof flag.default === "string" ? ` (${flag.default} unless said)` : "";
    return [`${written} ${flag.placeholder}${several}`, `${flag.brief}${otherwise}`];
  });
}

/** Names on the left, what they are on the right; a name that is too long has a line of its own, and so has each where
 * two columns would leave too little room for the right one. */
function columnsOf(rows: readonly Row[], width: number): readonly string[] {
  const longest = Math.min(26, Math.max(0, ...rows.map(([name]) => name.length)));
  const left = longest > width / 2 ? 4 : longest;
  return rows.flatMap(([name, brief]) => {
    const lines = wrap(brief, width - left - 4);
    const tooLong = name.length > left;
    const first = tooLong ? [`  ${name}`] : [`  ${name.padEnd(left)}  ${lines[0] ?? ""}`];
    const others = tooLong ? lines : lines.slice(1);
    return [...first, ...others.map((line) => `${" ".repeat(left + 4)}${line}`)];
  });
}
