import { Words } from "./lexer-words.ts";
import { replacePattern, trimPattern } from "./pattern.ts";

export interface LexerOptions {
  readonly escape: string;
  /** Quotes and escapes stay in the result. */
  readonly rawQuotes?: boolean;
  readonly rawEscapes?: boolean;
  /** A variable without a value stays as written. */
  readonly keepUnset?: boolean;
  /** Together with `keepUnset`: `${X:-d}` and `${X:+d}` are resolved all the same. */
  readonly useDefaults?: boolean;
  /** False: quotes are letters like any other. */
  readonly quotes?: boolean;
}

interface Variables {
  get(name: string): string | undefined;
}

const maxDepth = 200;

/** How much longer than its text a value may become: `ARG A=$A$A` in sixty lines must not fill the memory. */
const maxGrowth = 100_000;

/**
 * BuildKit's reading of words with quotes and variables. One instance reads one text. It never throws: a fault ends
 * the reading and stands in `problem`.
 */
export class Lexer {
  problem: string | undefined;
  readonly used: Set<string> = new Set();
  readonly unknown: Set<string> = new Set();
  /** Those of `unknown` for which nothing stands in. */
  readonly missing: Set<string> = new Set();
  readonly #source: string;
  readonly #variables: Variables;
  readonly #options: LexerOptions;
  readonly #limit: number;
  #rawEscapes: boolean;
  #at = 0;
  #depth = 0;

  constructor(source: string, variables: Variables, options: LexerOptions) {
    this.#source = source;
    this.#variables = variables;
    this.#options = options;
    this.#rawEscapes = options.rawEscapes ?? false;
    this.#limit = source.length + maxGrowth;
  }

  /** The whole text as one word. */
  word(): string {
    const result = this.#until(undefined);
    return this.problem === undefined ? result : "";
  }

  /** The text split at white space that is neither quoted nor escaped; what variables bring in is split too. */
  words(): readonly string[] {
    const words = new Words();
    this.#until(undefined, words);
    return this.problem === undefined ? words.finish() : [];
  }

  /** Reads to `stop` (passing it) or to the end. */
  #until(stop: string | undefined, words?: Words): string {
    const { escape } = this.#options;
    let result = "";
    while (this.#at < this.#source.length) {
      if (result.length > this.#limit) return this.#fail("the value is too long");
      const character = this.#source.charAt(this.#at);
      if (character === stop) {
        this.#at++;
        return result;
      }
      const special = this.#special(character);
      if (special !== undefined) {
        result += special;
        if (character === "$") words?.addSplit(special);
        else words?.add(special);
        continue;
      }
      this.#at++;
      if (character !== escape) {
        result += character;
        words?.addSplit(character);
        continue;
      }
      const kept = this.#rawEscapes ? escape : "";
      const escaped = this.#source.charAt(this.#at++);
      result += kept + escaped;
      words?.add(kept + escaped);
    }
    if (stop !== undefined) this.#fail(`"${stop}" is missing`);
    return result;
  }

  #special(character: string): string | undefined {
    if (character === "$") return this.#dollar();
    if (character === "<") return this.#lessThan();
    if (this.#options.quotes === false) return undefined;
    if (character === "'") return this.#singleQuoted();
    if (character === '"') return this.#doubleQuoted();
    return undefined;
  }

  #singleQuoted(): string {
    const end = this.#source.indexOf("'", this.#at + 1);
    if (end < 0) return this.#fail("a single quote is not closed");
    const raw = this.#options.rawQuotes === true;
    const result = raw ? this.#source.slice(this.#at, end + 1) : this.#source.slice(this.#at + 1, end);
    this.#at = end + 1;
    return result;
  }

  #doubleQuoted(): string {
    const { escape } = this.#options;
    const quote = this.#options.rawQuotes === true ? '"' : "";
    let result = quote;
    this.#at++;
    while (this.#at < this.#source.length) {
      const character = this.#source.charAt(this.#at);
      if (character === '"') {
        this.#at++;
        return result + quote;
      }
      if (character === "$") {
        result += this.#dollar();
        continue;
      }
      this.#at++;
      if (character === escape) result += this.#escapedInQuotes(escape);
      else result += character;
    }
    return this.#fail("a double quote is not closed");
  }

  /** Inside double quotes only `"`, `$` and the escape character itself can be escaped. */
  #escapedInQuotes(escape: string): string {
    const kept = this.#rawEscapes ? escape : "";
    const next = this.#source.charAt(this.#at);
    if (next === "") return kept;
    if (next !== '"' && next !== "$" && next !== escape) return kept + escape;
    this.#at++;
    return kept + next;
  }

  /** `<<` and the blanks after it belong to the word that names a heredoc. */
  #lessThan(): string {
    const start = this.#at++;
    if (this.#source.charAt(this.#at) !== "<") return "<";
    this.#at++;
    while (" \t\r".includes(this.#source.charAt(this.#at)) && this.#at < this.#source.length) this.#at++;
    return this.#source.slice(start, this.#at);
  }

  #dollar(): string {
    this.#at++;
    if (this.#source.charAt(this.#at) !== "{") {
      const name = this.#name();
      if (name === "") return "$";
      return this.#value(name) ?? this.#unset(`$${name}`);
    }
    this.#at++;
    const first = this.#source.charAt(this.#at);
    if (first === "") return this.#fail('"}" is missing');
    if (first === "{" || first === "}" || first === ":") return this.#fail("bad substitution");
    if (this.#depth >= maxDepth) return this.#fail("substitutions are nested too deeply");
    this.#depth++;
    const result = this.#braced(this.#name());
    this.#depth--;
    return result;
  }

  /** After `${NAME`. */
  #braced(name: string): string {
    const operator = this.#source.charAt(this.#at++);
    if (operator === "}") return this.#value(name) ?? this.#unset(`\${${name}}`);
    if (operator === "/") return this.#replaced(name);
    const nullIsUnset = operator === ":";
    const modifier = nullIsUnset ? this.#source.charAt(this.#at++) : operator;
    if (modifier === "#" || modifier === "%") {
      return nullIsUnset ? this.#unsupported(`:${modifier}`) : this.#trimmed(name, modifier);
    }
    return this.#chosen(name, modifier, nullIsUnset);
  }

  #chosen(name: string, modifier: string, nullIsUnset: boolean): string {
    const written = nullIsUnset ? `:${modifier}` : modifier;
    if (modifier !== "-" && modifier !== "+" && modifier !== "?") return this.#unsupported(written);
    const word = this.#nested("}", false);
    if (this.problem !== undefined) return "";
    const value = this.#value(name, modifier === "?");
    if (value === undefined && this.#staysAsWritten(modifier)) return `\${${name}${written}${word}}`;
    const present = value !== undefined && !(nullIsUnset && value === "");
    if (modifier === "+") return present ? word : "";
    if (present) return value;
    return modifier === "-" ? word : this.#fail(`${name}: ${word === "" ? "has no value" : word}`);
  }

  #staysAsWritten(modifier: string): boolean {
    const { keepUnset, useDefaults } = this.#options;
    return keepUnset === true && (useDefaults !== true || modifier === "?");
  }

  #trimmed(name: string, side: "#" | "%"): string {
    const pattern = this.#nested("}", true);
    if (this.problem !== undefined) return "";
    const value = this.#value(name);
    if (value === undefined && this.#options.keepUnset === true) return `\${${name}${side}${pattern}}`;
    const trimmed = trimPattern(value ?? "", pattern, side);
    return trimmed ?? this.#fail(`invalid pattern (${pattern}) in substitution`);
  }

  #replaced(name: string): string {
    const all = this.#source.charAt(this.#at) === "/";
    if (all) this.#at++;
    const pattern = this.#nested("/", true);
    const replacement = this.problem === undefined ? this.#nested("}", true) : "";
    if (this.problem !== undefined) return "";
    const value = this.#value(name);
    if (value === undefined && this.#options.keepUnset === true) {
      return `\${${name}${all ? "//" : "/"}${pattern}/${replacement}}`;
    }
    const replaced = replacePattern(value ?? "", pattern, replacement, all);
    return replaced ?? this.#fail(`invalid pattern (${pattern}) in substitution`);
  }

  #nested(stop: string, rawEscapes: boolean): string {
    const before = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    const result = this.#until(stop);
    this.#rawEscapes = before;
    return result;
  }

  /** Letters, digits and `_`; all digits when it begins with one; or one special parameter. */
  #name(): string {
    const start = this.#at;
    const first = this.#source.charAt(start);
    if (first !== "" && "@*#?-$!".includes(first)) {
      this.#at++;
      return first;
    }
    const pattern = isDigit(first) ? isDigit : isNameCharacter;
    while (this.#at < this.#source.length && pattern(this.#source.charAt(this.#at))) this.#at++;
    return this.#source.slice(start, this.#at);
  }

  #value(name: string, needed: boolean = true): string | undefined {
    const value = this.#variables.get(name);
    if (value === undefined && needed) this.missing.add(name);
    (value === undefined ? this.unknown : this.used).add(name);
    return value;
  }

  #unset(asWritten: string): string {
    return this.#options.keepUnset === true ? asWritten : "";
  }

  #unsupported(modifier: string): string {
    return this.#fail(`unsupported modifier (${modifier}) in substitution`);
  }

  #fail(message: string): string {
    this.problem ??= message;
    this.#at = this.#source.length;
    return "";
  }
}

const isDigit = (character: string): boolean => character >= "0" && character <= "9";
const isNameCharacter = (character: string): boolean =>
  (character >= "a" && character <= "z") ||
  (character >= "A" && character <= "Z") ||
  isDigit(character) ||
  character === "_" ||
  (character > "\u007f" && /[\p{L}\p{Nd}]/u.test(character));
