import { forEachChild, parse } from "unbash";
import type { Command as ShellCommand, SyntaxNode } from "unbash";
import type { Instruction } from "../../model/types.ts";

/** One simple command of a shell script, its words without quotes. */
export interface Command {
  readonly argv: readonly string[];
  /** Last part of the first word's path: `uv`, `apt-get`. */
  readonly program: string;
  /** `NAME=value` before the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly text: string;
  /** Where it starts in the script. */
  readonly start?: number;
  /** What its output goes to: the targets of `>` and `>>`. */
  readonly outputs?: readonly string[];
}

const scripts = new Map<string, readonly Command[]>();

/** Every simple command of a script in order, also those in groups, conditions and loops. */
export function commandsIn(script: string): readonly Command[] {
  const known = scripts.get(script);
  if (known) return known;
  const found: Command[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Command") found.push(commandOf(node, script));
    if (node.type !== "Word") forEachChild(node, visit);
  };
  visit(parse(script));
  scripts.set(script, found);
  return found;
}

function commandOf(node: ShellCommand, script: string): Command {
  const env: Record<string, string> = {};
  for (const part of node.prefix) {
    if (part.type !== "Assignment") continue;
    const text = script.slice(part.pos, part.end);
    const equals = text.indexOf("=");
    env[text.slice(0, equals)] = text.slice(equals + 1).replaceAll(/^["']|["']$/g, "");
  }
  const words = node.args.map((word) => (word.type === "Word" ? word.value : script.slice(word.pos, word.end)));
  const argv = node.name ? [node.name.value, ...words] : [];
  const outputs = node.redirects.flatMap((redirect) =>
    redirect.type === "Redirect" && /^(?:&?>>?|>\|)$/.test(redirect.operator) && redirect.target
      ? [redirect.target.value]
      : [],
  );
  const program = argv[0]?.split("/").at(-1) ?? "";
  return { argv, program, env, text: script.slice(node.pos, node.end), start: node.pos, outputs };
}

/** The commands that a RUN, CMD, ENTRYPOINT or HEALTHCHECK command runs. */
export function commandsOf(instruction: Instruction): readonly Command[] {
  if (instruction.form === "exec") return commandsOfWords(instruction.words);
  const [heredoc] = instruction.heredocs;
  if (heredoc && /^<<-?["']?\w/.test(instruction.args)) return commandsIn(heredoc.content);
  return commandsIn(instruction.args);
}

function commandsOfWords(words: readonly string[]): readonly Command[] {
  const program = words[0]?.split("/").at(-1) ?? "";
  if (/^(?:ba|da|a|z)?sh$/.test(program) && /^-\w*c\w*$/.test(words[1] ?? "")) return commandsIn(words[2] ?? "");
  return words.length === 0 ? [] : [{ argv: words, program, env: {}, text: words.join(" ") }];
}
