import type { CommandNode, ParsedScript, Redirection, Statement, SyntaxNode, Word } from "unbash";
import type { Range } from "../model/types.ts";
import { innerScript } from "./inner-script.ts";

/** How a command hangs on the one before it: `start` is the first of a list or script. */
type Connection = "start" | "&&" | "||" | ";" | "|" | "|&" | "&";

/** A word of a command. */
export interface ShellWord {
  /** Quotes and escapes removed; expansions as written. */
  readonly value: string;
  readonly text: string;
  /** False when an expansion, a substitution or a glob is in it: the command gets something else than `value`. */
  readonly static: boolean;
  readonly range: Range;
}

export interface ShellAssignment {
  readonly name: string;
  readonly value: string;
  readonly static: boolean;
  readonly range: Range;
}

export interface ShellRedirect {
  /** `>`, `>>`, `<`, `>&`, `<<`, `<<<`, … */
  readonly operator: string;
  readonly descriptor: number | undefined;
  /** The file, the descriptor or the delimiter. */
  readonly target: string;
  /** The text of a heredoc. */
  readonly content: string | undefined;
}

/** One simple command of a script. */
export interface ShellCommand {
  /** The first word, quotes removed; empty for a line of assignments alone, `[[` for a test. */
  readonly name: string;
  /** The words after it. */
  readonly args: readonly string[];
  /** Name and arguments with what is known about each. */
  readonly words: readonly ShellWord[];
  /** `NAME=value` before the name. */
  readonly assignments: readonly ShellAssignment[];
  readonly redirects: readonly ShellRedirect[];
  /** Within the outermost script; for a command inside `sh -c "…"` the range of that whole script word. */
  readonly range: Range;
  readonly connection: Connection;
  /** In `( … )`, `$( … )`, backquotes or a pipeline: what it changes, such as the directory, does not outlive it. */
  readonly subshell: boolean;
  /** May not run although all went well before: after `||`, after a test, in `if`, `case`, loops and functions. */
  readonly conditional: boolean;
  readonly background: boolean;
  /** How many `sh -c` it is inside of. */
  readonly depth: number;
}

/** The parser, handed in so that only one module loads it. */
export interface ShellParser {
  parse(source: string): ParsedScript;
  forEachChild(node: SyntaxNode, callback: (child: SyntaxNode) => void): void;
}

interface Context {
  readonly connection: Connection;
  readonly subshell: boolean;
  readonly conditional: boolean;
  readonly background: boolean;
}

const top: Context = { connection: "start", subshell: false, conditional: false, background: false };
const maxDepth = 6;

/** Collects the simple commands of one script. `within` is set inside `sh -c`, where offsets mean nothing outside. */
export class ShellReader {
  readonly #parser: ShellParser;
  readonly #source: string;
  readonly #depth: number;
  readonly #within: Range | undefined;
  readonly #found: ShellCommand[] = [];
  #backquoted: Range | undefined;

  constructor(parser: ShellParser, source: string, depth: number = 0, within?: Range) {
    this.#parser = parser;
    this.#source = source;
    this.#depth = depth;
    this.#within = within;
  }

  read(context: Context = top): readonly ShellCommand[] {
    try {
      this.#list(this.#parser.parse(this.#source).commands, context);
    } catch (error) {
      // Nesting beyond the stack; what was read so far is kept.
      if (!(error instanceof RangeError)) throw error;
    }
    return this.#found;
  }

  /** A command given as a vector, as in `["sh", "-c", "…"]`. */
  vector(values: readonly string[], range: Range): readonly ShellCommand[] {
    const words = values.map((value) => ({ value, text: value, static: true, range }));
    this.#add({ words, assignments: [], redirects: [], range }, top);
    return this.#found;
  }

  #list(statements: readonly Statement[], context: Context): void {
    let previous: Statement | undefined;
    for (const statement of statements) {
      const follows: Connection = previous?.background === true ? "&" : ";";
      const connection = previous === undefined ? context.connection : follows;
      this.#node(statement.command, { ...context, connection, background: statement.background === true });
      previous = statement;
    }
  }

  #node(node: Statement["command"], context: Context): void {
    if (node.type === "AndOr") {
      for (const [index, command] of node.commands.entries()) {
        const connection = index === 0 ? context.connection : (node.operators[index - 1] ?? "&&");
        const afterTest = connection === "&&" && isTest(node.commands[index - 1]);
        const conditional = context.conditional || connection === "||" || afterTest;
        this.#node(command, { ...context, connection, conditional });
      }
    } else if (node.type === "Pipeline") {
      const subshell = context.subshell || node.commands.length > 1;
      for (const [index, command] of node.commands.entries()) {
        const connection = index === 0 ? context.connection : (node.operators[index - 1] ?? "|");
        this.#command(command, { ...context, connection, subshell });
      }
    } else this.#command(node, context);
  }

  #command(node: CommandNode, context: Context): void {
    if (node.type === "Command") {
      const words = [node.name, ...node.suffix].flatMap((part) => this.#words(part));
      const assignments = node.prefix.flatMap((part) => (part.type === "Assignment" ? [this.#assignment(part)] : []));
      this.#add({ words, assignments, redirects: node.redirects.map(toRedirect), range: this.#range(node) }, context);
      this.#substitutions(node, context);
    } else if (node.type === "TestCommand") {
      const text = this.#source.slice(node.pos, node.end);
      const word = (value: string): ShellWord => ({ value, text: value, static: false, range: this.#range(node) });
      const words = [word("[["), word(text.slice(2, -2).trim())];
      this.#add({ words, assignments: [], redirects: [], range: this.#range(node) }, context);
      this.#substitutions(node, context);
    } else this.#compound(node, context);
  }

  /** Loops, branches, groups: their lists are found wherever they stand in the tree. */
  #compound(node: CommandNode, context: Context): void {
    const inside: Context = { ...context, subshell: context.subshell || node.type === "Subshell" };
    const maybe: Context = { ...inside, conditional: true };
    const isGroup = node.type === "Subshell" || node.type === "BraceGroup" || node.type === "Redirected";
    let first = true;
    this.#parser.forEachChild(node, (child) => {
      if (child.type === "CompoundList" || child.type === "Elif" || child.type === "CaseItem") {
        // The condition of an `if` or `while` always runs, its branches may not.
        const always = isGroup || (first && (node.type === "If" || node.type === "While"));
        this.#lists(child, always ? inside : maybe);
        first = false;
      } else if (isCommand(child)) this.#command(child, isGroup ? inside : maybe);
      else this.#substitutions(child, context);
    });
  }

  #lists(node: SyntaxNode, context: Context): void {
    if (node.type === "CompoundList") this.#list(node.commands, context);
    else this.#parser.forEachChild(node, (child) => this.#lists(child, context));
  }

  #words(part: SyntaxNode | undefined): readonly ShellWord[] {
    if (part?.type === "Assignment") {
      const { name, value, ...known } = this.#assignment(part);
      return [{ value: `${name}=${value}`, text: part.text, ...known }];
    }
    if (part?.type !== "Word") return [];
    return [{ value: part.value, text: part.text, static: isStatic(part), range: this.#range(part) }];
  }

  #assignment(part: SyntaxNode & { readonly type: "Assignment" }): ShellAssignment {
    const { name, value } = part;
    const range = this.#range(part);
    if (value.type === "Word") return { name, value: value.value, static: isStatic(value), range };
    return { name, value: value.elements.map((element) => element.value).join(" "), static: false, range };
  }

  #substitutions(node: SyntaxNode, context: Context): void {
    this.#parser.forEachChild(node, (child) => {
      if (child.type !== "Script") {
        this.#substitutions(child, context);
        return;
      }
      // A script in escaped backquotes has offsets of its own.
      const before = this.#backquoted;
      if (child.source !== undefined) this.#backquoted ??= { start: node.pos, end: node.end };
      this.#list(child.commands, { ...context, connection: "start", subshell: true, background: false });
      this.#backquoted = before;
    });
  }

  #add(command: Pick<ShellCommand, "words" | "assignments" | "redirects" | "range">, context: Context): void {
    const [name, ...args] = command.words.map(({ value }) => value);
    this.#found.push({ ...command, name: name ?? "", args, ...context, depth: this.#depth });
    if (this.#depth >= maxDepth) return;
    const script = innerScript(command.words, command.redirects);
    if (script === undefined) return;
    const reader = new ShellReader(this.#parser, script.text, this.#depth + 1, script.range ?? command.range);
    this.#found.push(...reader.read({ ...context, connection: "start" }));
  }

  #range({ pos, end }: { readonly pos: number; readonly end: number }): Range {
    return this.#within ?? this.#backquoted ?? { start: pos, end };
  }
}

const dynamic = new Set([
  "SimpleExpansion",
  "ParameterExpansion",
  "CommandExpansion",
  "ArithmeticExpansion",
  "ProcessSubstitution",
  "Glob",
  "ExtendedGlob",
  "BraceExpansion",
]);

function isStatic(word: Word): boolean {
  return (word.parts ?? []).every(
    (part) =>
      !dynamic.has(part.type) &&
      (part.type !== "DoubleQuoted" || part.parts.every((inner) => !dynamic.has(inner.type))),
  );
}

function isTest(node: Statement["command"] | undefined): boolean {
  if (node?.type === "TestCommand") return true;
  return node?.type === "Command" && ["[", "test"].includes(node.name?.value ?? "");
}

const commandTypes = new Set([
  "Command",
  "If",
  "For",
  "ArithmeticFor",
  "Select",
  "While",
  "Subshell",
  "BraceGroup",
  "Case",
  "TestCommand",
  "ArithmeticCommand",
  "Redirected",
  "Function",
  "Coproc",
]);

const isCommand = (node: SyntaxNode): node is CommandNode => commandTypes.has(node.type);

function toRedirect(redirect: Redirection): ShellRedirect {
  const descriptor = redirect.descriptor?.type === "FileDescriptor" ? redirect.descriptor.value : undefined;
  const { operator } = redirect;
  if (redirect.type === "HereDoc") {
    return { operator, descriptor, target: redirect.delimiter?.value ?? "", content: redirect.body.text };
  }
  return { operator, descriptor, target: redirect.target?.value ?? "", content: undefined };
}
