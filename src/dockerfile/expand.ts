import { Lexer } from "./lexer.ts";

/** Where variables get their values: a `Map`, or anything that looks like one. */
export interface Environment {
  get(name: string): string | undefined;
}

export interface ExpandOptions {
  /** `\` unless the file's `escape` directive says otherwise. */
  readonly escape?: string;
  /**
   * What becomes of a variable without a value: nothing, as in a build (the default); it stays as written; or it stays
   * unless `${X:-d}` gives a default.
   */
  readonly unset?: "empty" | "keep" | "default";
  /** False leaves quotes where they are, as in the content of a heredoc. */
  readonly quotes?: boolean;
}

export interface Expansion {
  readonly value: string;
  /** Variables the environment knew, and those it did not, each once, in order. */
  readonly used: readonly string[];
  readonly unknown: readonly string[];
  /** Those of `unknown` for which no default stands in. */
  readonly missing: readonly string[];
  /** What BuildKit would refuse: a missing brace, a modifier it does not know, `${X:?message}` without a value. */
  readonly problem: string | undefined;
}

/** Expands one word as BuildKit does: quotes removed, `$X`, `${X}`, `${X:-d}`, `${X:+d}`, `${X:?m}`, `${X#p}`, `${X%p}`, `${X/a/b}`. */
export function expandWord(word: string, environment: Environment, options: ExpandOptions = {}): Expansion {
  const plain = !/[$'"<]/.test(word) && !word.includes(options.escape ?? "\\");
  if (plain) return { value: word, used: [], unknown: [], missing: [], problem: undefined };
  const lexer = lexerFor(word, environment, options);
  const value = lexer.word();
  const { used, unknown, missing, problem } = lexer;
  return { value, used: [...used], unknown: [...unknown], missing: [...missing], problem };
}

/** The expanded word, or undefined when a variable in it is unknown or BuildKit would refuse it. */
export function expandKnown(word: string, environment: Environment, options: ExpandOptions = {}): string | undefined {
  const { value, missing, problem } = expandWord(word, environment, options);
  return problem !== undefined || missing.length > 0 ? undefined : value;
}

/** Expands, then splits at white space outside quotes: `EXPOSE $PORTS`. */
export function expandWords(text: string, environment: Environment, options: ExpandOptions = {}): readonly string[] {
  return lexerFor(text, environment, options).words();
}

function lexerFor(source: string, environment: Environment, options: ExpandOptions): Lexer {
  return new Lexer(source, environment, {
    escape: options.escape ?? "\\",
    keepUnset: options.unset === "keep" || options.unset === "default",
    useDefaults: options.unset === "default",
    quotes: options.quotes ?? true,
  });
}
