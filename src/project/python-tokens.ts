export type TokenKind = "name" | "number" | "string" | "operator" | "newline" | "indent" | "dedent" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** As written; empty for what is only a place. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Text that the plain parser leaves to the full grammar: unusual, or wrong. */
export class NotPlain extends Error {}

const NAME = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/y;
const NUMBER = /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d[\d_]*)?[jJ]?/y;
const OPERATOR = /\*\*=|\/\/=|>>=|<<=|\.\.\.|[-+*/%@&|^=!<>:]=|->|\*\*|\/\/|<<|>>|[-+*/%@&|^~<>()[\]{},:.;=!]/y;
const STRING =
  /[rRbBuUfF]{0,2}(?:"""(?:[^"\\]|\\[^]|"(?!""))*"""|'''(?:[^'\\]|\\[^]|'(?!''))*'''|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')/y;
const BLANK = /(?:[ \t\f\r]|\\\r?\n|#[^\n]*)+/y;
const STRING_START = /(?:[rRbBuUfF]{1,2})?["']/y;

/** The tokens of a piece of Python. Within brackets lines do not end. */
export function tokensOf(text: string, from: number, to: number, inBrackets: boolean): readonly Token[] {
  return new Tokenizer(text, from, to, inBrackets).read();
}

class Tokenizer {
  readonly #text: string;
  readonly #to: number;
  readonly #tokens: Token[] = [];
  readonly #indents = [0];
  #at: number;
  #depth: number;

  constructor(text: string, from: number, to: number, inBrackets: boolean) {
    this.#text = text;
    this.#at = from;
    this.#to = to;
    this.#depth = inBrackets ? 1 : 0;
  }

  read(): readonly Token[] {
    const nested = this.#depth > 0;
    if (!nested) this.#indent();
    while (this.#at < this.#to) this.#token();
    if (!nested) {
      if (this.#depth > 0) throw new NotPlain();
      this.#newline(this.#to);
      this.#dedent(0);
    }
    this.#push("end", this.#to);
    return this.#tokens;
  }

  #token(): void {
    const character = this.#text[this.#at] ?? "";
    if (character === "\n") {
      this.#newline(this.#at);
      this.#at += 1;
      if (this.#depth === 0) this.#indent();
    } else if (this.#match(BLANK) !== undefined) return;
    else if (this.#is(STRING_START)) this.#add("string", STRING);
    else if (this.#is(NAME)) this.#add("name", NAME);
    else if (/\d/.test(character) || /^\.\d/.test(this.#text.slice(this.#at, this.#at + 2)))
      this.#add("number", NUMBER);
    else this.#bracket(this.#add("operator", OPERATOR));
  }

  #bracket(operator: string): void {
    if (operator === "(" || operator === "[" || operator === "{") this.#depth += 1;
    else if (operator === ")" || operator === "]" || operator === "}") this.#depth -= 1;
    if (this.#depth < 0) throw new NotPlain();
  }

  #is(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  /** Steps over what matches here. */
  #match(pattern: RegExp): string | undefined {
    if (!this.#is(pattern)) return undefined;
    const found = this.#text.slice(this.#at, pattern.lastIndex);
    this.#at = pattern.lastIndex;
    return found;
  }

  #add(kind: TokenKind, pattern: RegExp): string {
    const from = this.#at;
    const text = this.#match(pattern);
    if (text === undefined || this.#at > this.#to) throw new NotPlain();
    this.#tokens.push({ kind, text, from, to: this.#at });
    return text;
  }

  #push(kind: TokenKind, at: number): void {
    this.#tokens.push({ kind, text: "", from: at, to: at });
  }

  #newline(at: number): void {
    const last = this.#tokens.at(-1)?.kind ?? "newline";
    if (this.#depth === 0 && last !== "newline" && last !== "indent" && last !== "dedent") this.#push("newline", at);
  }

  /** At the start of a line: empty lines and comments say nothing about the indentation. */
  #indent(): void {
    const start = this.#at;
    while (this.#text[this.#at] === " ") this.#at += 1;
    const next = this.#text[this.#at];
    if (next === "\t" || next === "\f") throw new NotPlain();
    if (next === undefined || next === "\n" || next === "\r" || next === "#" || next === "\\") {
      if (next === "\\") throw new NotPlain();
      return;
    }
    const width = this.#at - start;
    if (width > (this.#indents.at(-1) ?? 0)) {
      this.#indents.push(width);
      this.#push("indent", this.#at);
    } else this.#dedent(width);
  }

  #dedent(width: number): void {
    while (width < (this.#indents.at(-1) ?? 0)) {
      this.#indents.pop();
      this.#push("dedent", this.#at);
    }
    if (width !== this.#indents.at(-1)) throw new NotPlain();
  }
}
