import type { Assignment, Command, CommandNode, CompoundList, Function, PipelineNode, Statement, Word } from "unbash";
import { expressionOf, matches, restOf, type ShellState, type ShellValue, testOf, valueOf } from "./shell-values.ts";
import type { ShellCommand, ShellParser } from "./shell-reader.ts";

/** A command that a script comes to, with the words that it was given filled in. */
export interface Passed extends Pick<ShellCommand, "connection"> {
  readonly words: readonly string[];
}

/** A script of a service has some dozen; one whose functions call each other would have no end. */
const MOST_STATEMENTS = 3000;

/**
 * Goes through a script as a shell does that is given these words: into the branch of `case` and `if` that they choose,
 * into functions, up to `exec`. Where only the running container knows, both branches are gone through.
 */
export class ShellWalk {
  readonly #passed: Passed[] = [];
  readonly #functions = new Map<string, Function["body"]>();
  readonly #variables = new Map<string, ShellValue>();
  #words: readonly string[];
  readonly #environment: ShellState["environment"];
  /** `exec`, `exit`, or the end of a function that returns. */
  #isOver = false;
  #depth = 0;
  #statements = 0;

  constructor(words: readonly string[], environment: ShellState["environment"]) {
    this.#words = words;
    this.#environment = environment;
  }

  read(parser: ShellParser, script: string): readonly Passed[] {
    try {
      this.#list(parser.parse(script).commands);
    } catch (error) {
      // Nesting beyond the stack; what was read so far is kept.
      if (!(error instanceof RangeError)) throw error;
    }
    return this.#passed;
  }

  get #state(): ShellState {
    return { words: this.#words, variables: this.#variables, environment: this.#environment };
  }

  /** Whether it succeeds, as far as that is known. */
  #list(statements: readonly Statement[]): boolean | undefined {
    let result: boolean | undefined = true;
    let connection: Passed["connection"] = "start";
    for (const { command, background } of statements) {
      this.#statements += 1;
      if (this.#isOver || this.#statements > MOST_STATEMENTS) break;
      result = command.type === "AndOr" ? this.#chain(command, connection) : this.#one(command, connection);
      connection = background === true ? "&" : ";";
    }
    return result;
  }

  #chain(
    {
      commands,
      operators,
    }: { readonly commands: readonly PipelineNode[]; readonly operators: ReadonlyArray<"&&" | "||"> },
    connection: Passed["connection"],
  ): boolean | undefined {
    let result: boolean | undefined;
    for (const [index, command] of commands.entries()) {
      const operator = operators[index - 1];
      if (this.#isOver) return result;
      const one = (): boolean | undefined => this.#one(command, operator ?? connection);
      if (operator === undefined) result = one();
      else if (result === undefined) result = this.#maybe(one);
      else if (result === (operator === "&&")) result = one();
    }
    return result;
  }

  /** What may be passed over ends nothing for what follows. */
  #maybe(walk: () => boolean | undefined): undefined {
    walk();
    this.#isOver = false;
    return undefined;
  }

  #one(node: PipelineNode, connection: Passed["connection"]): boolean | undefined {
    if (node.type !== "Pipeline") return this.#command(node, connection);
    const [only, second] = node.commands;
    // What runs beside others in a pipe is not what a script is for.
    if (only === undefined || second !== undefined) return undefined;
    const isNot = node.prefixes.filter(({ type }) => type === "Negation").length % 2 === 1;
    const result = this.#command(only, connection);
    return isNot && result !== undefined ? !result : result;
  }

  #command(node: CommandNode, connection: Passed["connection"]): boolean | undefined {
    if (node.type === "Command") return this.#simple(node, connection);
    if (node.type === "TestCommand") return expressionOf(node.expression, this.#state);
    if (node.type === "If") return this.#if([node, ...node.elif], node.else);
    if (node.type === "Case") return this.#case(node);
    if (node.type === "BraceGroup") return this.#list(node.body.commands);
    if (node.type === "Redirected") return this.#command(node.command, connection);
    if (node.type === "While" || node.type === "For") return this.#maybe(() => this.#list(node.body.commands));
    if (node.type === "Function") this.#functions.set(node.name.value, node.body);
    return undefined;
  }

  #if(
    [branch, ...others]: ReadonlyArray<{ readonly clause: CompoundList; readonly then: CompoundList }>,
    last: CompoundList | undefined,
  ): boolean | undefined {
    if (branch === undefined) return last === undefined ? true : this.#list(last.commands);
    const result = isTest(branch.clause) ? this.#list(branch.clause.commands) : undefined;
    if (result === true) return this.#list(branch.then.commands);
    if (result === false) return this.#if(others, last);
    this.#maybe(() => this.#list(branch.then.commands));
    return this.#maybe(() => this.#if(others, last));
  }

  #case({ word, items }: CommandNode & { readonly type: "Case" }): boolean | undefined {
    const { value } = valueOf(word, this.#state);
    for (const { pattern, body } of items) {
      const found = new Set(pattern.map((one) => (value === undefined ? undefined : matches(one, value, this.#state))));
      if (found.has(true)) return this.#list(body.commands);
      if (found.has(undefined)) this.#maybe(() => this.#list(body.commands));
    }
    return true;
  }

  #simple(node: Command, connection: Passed["connection"]): boolean | undefined {
    const name = node.name?.value ?? "";
    if (name === "" || DECLARES.has(name)) {
      for (const one of [...node.prefix, ...node.args].filter(isAssignment)) this.#assign(one);
      return true;
    }
    if (name === "[" || name === "test") return testOf(node, this.#state);
    const words = node.args.flatMap((arg) => this.#filled(arg));
    const own = this.#functions.get(name);
    if (own !== undefined) return this.#call(own, words);
    if (name === "exit" || name === "return") return this.#end(words);
    const left = this.#left(name, words);
    if (left === undefined) this.#pass(node, words, connection);
    else this.#words = left;
    return name !== "false";
  }

  /** What `shift` and `set -- …` make of the script's words. */
  #left(name: string, words: readonly string[]): readonly string[] | undefined {
    if (name === "shift") return this.#words.slice(Number(words[0] ?? 1) || 1);
    return name === "set" && words[0] === "--" ? words.slice(1) : undefined;
  }

  #end([code = "0"]: readonly string[]): boolean {
    this.#isOver = true;
    return code === "0";
  }

  #pass(node: Command, words: readonly string[], connection: Passed["connection"]): void {
    const first = node.name === undefined ? [] : this.#filled(node.name);
    const before = node.prefix
      .filter(isAssignment)
      .map(({ name, value }) => `${name}=${value.type === "Word" ? valueOf(value, this.#state).text : ""}`);
    this.#passed.push({ words: [...before, ...first, ...words], connection });
    // Redirections alone are what else `exec` is for.
    if (node.name?.value === "exec" && words.length > 0) this.#isOver = true;
  }

  #filled(arg: Word | Assignment): readonly string[] {
    if (arg.type === "Assignment")
      return [`${arg.name}=${arg.value.type === "Word" ? valueOf(arg.value, this.#state).text : ""}`];
    return restOf(arg, this.#state) ?? [valueOf(arg, this.#state).text];
  }

  #assign({ name, value, append }: Assignment): void {
    const known = value.type === "Word" && append !== true ? valueOf(value, this.#state) : undefined;
    this.#variables.set(name, known ?? { value: undefined, text: `$${name}` });
  }

  #call(body: Function["body"], words: readonly string[]): boolean | undefined {
    if (this.#depth > 20) return undefined;
    const before = this.#words;
    const { length } = this.#passed;
    this.#words = words;
    this.#depth += 1;
    const result = body.type === "CompoundList" ? this.#list(body.commands) : this.#command(body, "start");
    this.#depth -= 1;
    this.#words = before;
    // `return` ends the function alone, `exec` the script.
    const last = this.#passed.at(-1);
    this.#isOver &&= this.#passed.length > length && last?.words[0] === "exec";
    return result;
  }
}

const DECLARES = new Set(["export", "local", "readonly", "declare", "typeset"]);

const isAssignment = (part: { readonly type: string }): part is Assignment => part.type === "Assignment";

/** A condition that runs no program: whether another one succeeds, only the container knows. */
const isTest = ({ commands }: CompoundList): boolean =>
  commands.every(({ command }) => {
    const nodes = command.type === "AndOr" ? command.commands : [command];
    return nodes.every((node) => {
      const inner = node.type === "Pipeline" ? node.commands[0] : node;
      return (
        inner?.type === "TestCommand" ||
        (inner?.type === "Command" && /^(?:\[|test|true|:)$/.test(inner.name?.value ?? ""))
      );
    });
  });
