import { takesWhole } from "./pattern.ts";
import type { Command, TestExpression, Word, WordPart } from "unbash";

/** What a word of a script becomes. */
export interface ShellValue {
  /** What it becomes; undefined where only the running container knows. */
  readonly value: string | undefined;
  /** Words that the script was given are filled in; what the environment decides stays as written. */
  readonly text: string;
}

/** What a script knows at one of its commands. */
export interface ShellState {
  /** `$1`, `$2`, …; undefined is a word that is not known. */
  readonly words: readonly string[];
  readonly variables: ReadonlyMap<string, ShellValue>;
  /** What the environment gives; undefined where that is not known, and no variable counts as unset. */
  readonly environment: ReadonlyMap<string, string> | undefined;
}

/** `"$@"`, `$*` and `"${@:2}"` as words of the script; undefined for any other word. */
export function restOf(word: Word, { words }: ShellState): readonly string[] | undefined {
  const match = /^"?\$(?:[@*]|\{[@*](?::(\d+))?\})"?$/.exec(word.text);
  return match === null ? undefined : words.slice(Math.max(0, Number(match[1] ?? 1) - 1));
}

export function valueOf(word: Word | undefined, state: ShellState): ShellValue {
  if (word === undefined) return { value: "", text: "" };
  if (word.parts === undefined) return { value: word.value, text: word.value };
  return joined(word.parts.map((part) => partOf(part, state)));
}

const joined = (parts: readonly ShellValue[]): ShellValue => ({
  value: parts.some(({ value }) => value === undefined) ? undefined : parts.map(({ value }) => value ?? "").join(""),
  text: parts.map(({ text }) => text).join(""),
});

const plain = (text: string): ShellValue => ({ value: text, text });

function partOf(part: WordPart, state: ShellState): ShellValue {
  if (part.type === "Literal" || part.type === "SingleQuoted" || part.type === "AnsiCQuoted") return plain(part.value);
  if (part.type === "DoubleQuoted") return joined(part.parts.map((inner) => partOf(inner, state)));
  if (part.type === "SimpleExpansion") return named(part.text.slice(1), part.text, state);
  if (part.type === "ParameterExpansion") return changed(part, state);
  return { value: undefined, text: part.text };
}

function named(name: string, text: string, { words, variables, environment }: ShellState): ShellValue {
  if (/^[1-9]$/.test(name)) return plain(words[Number(name) - 1] ?? "");
  if (name === "#") return plain(String(words.length));
  if (name === "@" || name === "*") return plain(words.join(" "));
  const own = variables.get(name);
  if (own !== undefined || !/^[A-Za-z_]\w*$/.test(name)) return own ?? { value: undefined, text };
  return { value: environment === undefined ? undefined : (environment.get(name) ?? ""), text };
}

type Expansion = WordPart & { readonly type: "ParameterExpansion" };

/** `${1:-web}`, `${1#-}`, `${1:0:1}`: what docker's own entrypoint scripts ask of their first word. */
function changed(part: Expansion, state: ShellState): ShellValue {
  const { operation, text } = part;
  if (part.prefix !== undefined || part.index !== undefined) return { value: undefined, text };
  const before = named(part.parameter, text, state);
  if (operation === undefined) return before;
  if (operation.type === "Default" && /^:?[-=]$/.test(operation.operator))
    return orDefault(before, valueOf(operation.operand, state), text);
  const value = before.value === undefined ? undefined : cutFrom(before.value, operation, state);
  return value === undefined ? { value, text } : plain(value);
}

/** An empty word of the script's is its default; a variable may be set when the container is started. */
function orDefault(before: ShellValue, other: ShellValue, text: string): ShellValue {
  if (before.value !== "") return before.value === undefined ? { value: undefined, text } : before;
  return { value: other.value, text: before.text === "" ? other.text : text };
}

function cutFrom(value: string, operation: NonNullable<Expansion["operation"]>, state: ShellState): string | undefined {
  if (operation.type === "Remove" && operation.operator.startsWith("#")) {
    const cut = valueOf(operation.operand, state).value;
    if (cut === undefined || /[*?[]/.test(cut)) return undefined;
    return value.startsWith(cut) ? value.slice(cut.length) : value;
  }
  if (operation.type !== "Slice") return undefined;
  const [from, length] = [operation.offset, operation.length].map((word) => word && Number(valueOf(word, state).value));
  if (from === undefined || !(from >= 0) || (length !== undefined && !(length >= 0))) return undefined;
  return value.slice(from, length === undefined ? undefined : from + length);
}

/** Whether a pattern of `case` or `[[` takes the value; undefined where that is not known. */
export function matches(pattern: Word, value: string, state: ShellState): boolean | undefined {
  // Quoted stars would stand for themselves: nobody names a service so.
  const known = /["'$\\]/.test(pattern.text) ? valueOf(pattern, state).value : pattern.text;
  if (known === undefined || /[[(]/.test(known)) return undefined;
  return takesWhole(value, known);
}

/** `[ "$1" = web ]` and `test`. */
export function testOf({ name, args }: Command, state: ShellState): boolean | undefined {
  const words = args.map((arg) => (arg.type === "Word" ? valueOf(arg, state).value : undefined));
  const own = name?.value === "[" ? words.slice(0, -1) : words;
  const isNot = own[0] === "!";
  const result = compared(isNot ? own.slice(1) : own);
  return isNot && result !== undefined ? !result : result;
}

/** The expression of `[[ … ]]`. */
export function expressionOf(expression: TestExpression, state: ShellState): boolean | undefined {
  if (expression.type === "TestGroup") return expressionOf(expression.expression, state);
  if (expression.type === "TestNot") {
    const inner = expressionOf(expression.operand, state);
    return inner === undefined ? undefined : inner === (expression.negations.length % 2 === 0);
  }
  if (expression.type === "TestUnary") return compared([expression.operator, valueOf(expression.operand, state).value]);
  if (expression.type === "TestBinary") {
    const left = valueOf(expression.left, state).value;
    if (!/^[!=]?=$/.test(expression.operator))
      return compared([left, expression.operator, valueOf(expression.right, state).value]);
    const found = left === undefined ? undefined : matches(expression.right, left, state);
    return found === undefined ? undefined : found === (expression.operator !== "!=");
  }
  const found = new Set(expression.operands.map((operand) => expressionOf(operand, state)));
  const ends = expression.operator === "||";
  if (found.has(ends)) return ends;
  return found.has(undefined) ? undefined : !ends;
}

type Known = string | undefined;

const NUMBERS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  "-eq": (left, right) => left === right,
  "-ne": (left, right) => left !== right,
  "-gt": (left, right) => left > right,
  "-ge": (left, right) => left >= right,
  "-lt": (left, right) => left < right,
  "-le": (left, right) => left <= right,
};

/** What files are there, and whatever else is asked, is not known. */
function compared([first, second, third, ...others]: readonly Known[]): boolean | undefined {
  if (others.length > 0) return undefined;
  if (third === undefined && (first === "-z" || first === "-n"))
    return second === undefined ? undefined : (second === "") === (first === "-z");
  if (first === undefined || second === undefined || third === undefined) return undefined;
  if (second === "=" || second === "==") return first === third;
  if (second === "!=") return first !== third;
  const numbers = Object.hasOwn(NUMBERS, second) ? NUMBERS[second] : undefined;
  return numbers?.(Number(first), Number(third));
}
