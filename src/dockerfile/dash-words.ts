/** What dash refuses: where, and what is wrong there. */
export class DashRefusal extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Something that is not read here as dash reads it: nothing is said about the script. */
export class Unsure extends Error {}

/** A token of dash's. `type`: an operator or a reserved word as written, or one of the names below. */
export interface Token {
  readonly type: string;
  readonly text: string;
  /** Part of it is quoted or expanded, so it is no reserved word. */
  readonly quoted: boolean;
  readonly at: number;
  /** Of `<<` and `<<-`: the body of the next word's name follows; whether tabs before it count. */
  readonly heredoc?: { readonly tabs: boolean };
}

/** How deep substitutions may be nested before nothing is said. */
const DEEPEST = 60;
/** `{name` or `{#name`, and what follows it: the end, or what is done with the value. */
const BRACES = /^\{(?:#?(?:[A-Za-z_]\w*|\d+|[@*?!$-])(?=\})|(?:[A-Za-z_]\w*|\d+|[@*])(?::?[-+=?]|##?|%%?))/;
const SPECIAL = /[\n\t ;&|<>()]/;
/** Characters of a word that open nothing and end nothing. */
const PLAIN = /[^\n\t ;&|<>()'"`$\\]+/y;

/**
 * Splits a script into tokens as dash does. What stands in `$(…)` and backquotes is given to `parse`, which returns
 * where it ends.
 */
export class DashWords {
  readonly text: string;
  position: number;
  readonly #depth: number;
  readonly #parse: (text: string, from: number, depth: number, isOpen: boolean) => number;
  readonly #heredocs: { readonly name: string; readonly quoted: boolean; readonly tabs: boolean }[] = [];

  constructor(
    text: string,
    from: number,
    depth: number,
    parse: (text: string, from: number, depth: number, isOpen: boolean) => number,
  ) {
    if (depth > DEEPEST) throw new Unsure();
    [this.text, this.position, this.#depth, this.#parse] = [text, from, depth, parse];
  }

  /** The next token, a word where nothing else is. */
  next(): Token {
    const { text } = this;
    for (;;) {
      this.#joinLines();
      const character = text[this.position];
      if (character === " " || character === "\t") this.position += 1;
      else if (character === "#") {
        const end = text.indexOf("\n", this.position);
        this.position = end < 0 ? text.length : end;
      } else break;
    }
    const at = this.position;
    const character = text[at];
    if (character === undefined) return this.#operator("end", at, 0);
    if (character === "\n") {
      const token = this.#operator("\n", at, 1);
      this.#readHeredocs();
      return token;
    }
    if (character === "(" || character === ")") return this.#operator(character, at, 1);
    if (character === "&" || character === "|" || character === ";") {
      this.position += 1;
      this.#joinLines();
      const isDouble = text[this.position] === character;
      return this.#operator(isDouble ? character + character : character, at, isDouble ? 1 : 0);
    }
    return this.#word(at);
  }

  /** The word after `<<`: the body that it ends begins at the next line. Nothing in it is expanded. */
  readDelimiter(tabs: boolean): Token {
    const rest = this.text.slice(this.position, this.position + 200);
    if (/^[ \t]*[&|;<>()\n]/.test(rest) || rest === "") return this.next();
    if (!/^[ \t]*(?:[\w.-]+|'[\w .-]+'|"[\w .-]+")(?=[\s;&|<>()]|$)/.test(rest)) throw new Unsure();
    const token = this.next();
    if (token.type !== "word") return token;
    this.#heredocs.push({ name: token.text, quoted: token.quoted, tabs });
    return token;
  }

  /** A heredoc is begun whose body cannot be told from what follows. */
  get isWaiting(): boolean {
    return this.#heredocs.length > 0;
  }

  #operator(type: string, at: number, length: number): Token {
    this.position += length;
    return { type, text: type, quoted: false, at };
  }

  /** A backslash at the end of a line joins it to the next one. */
  #joinLines(): void {
    while (this.text.startsWith("\\\n", this.position)) this.position += 2;
  }

  #word(at: number): Token {
    let value = "";
    let quoted = false;
    for (;;) {
      this.#joinLines();
      PLAIN.lastIndex = this.position;
      const plain = PLAIN.exec(this.text)?.[0] ?? "";
      value += plain;
      this.position += plain.length;
      if (plain !== "") continue;
      const character = this.text[this.position];
      if (character === undefined || SPECIAL.test(character)) break;
      const from = this.position;
      this.#step(character, false);
      const written = this.text.slice(from, this.position);
      quoted ||= /^['"`$\\]/.test(character);
      value += /^['"]/.test(character) ? written.slice(1, -1) : written.replace(/^\\/, "");
    }
    if (/[<>]/.test(this.text[this.position] ?? "") && !quoted && /^\d?$/.test(value)) return this.#redirect(at);
    return { type: "word", text: value, quoted, at };
  }

  #redirect(at: number): Token {
    const [operator = ""] =
      /^(?:<<-?|<&|<>|<|>>|>&|>\||>)/.exec(this.text.slice(this.position, this.position + 3)) ?? [];
    this.position += operator.length;
    if (this.text.startsWith("\\\n", this.position)) throw new Unsure();
    const token = { type: "redirect", text: operator, quoted: false, at };
    return operator.startsWith("<<") ? { ...token, heredoc: { tabs: operator === "<<-" } } : token;
  }

  /** Passes over one character, or over what it opens. */
  #step(character: string, inQuotes: boolean): void {
    if (character === "'") this.#single();
    else if (character === '"') this.#double();
    else if (character === "$" || character === "`") this.#expansion(inQuotes);
    else this.position += character === "\\" ? 2 : 1;
  }

  #single(): void {
    const end = this.text.indexOf("'", this.position + 1);
    if (end < 0) throw new DashRefusal("the single quote is never closed", this.position);
    this.position = end + 1;
  }

  #double(): void {
    const at = this.position;
    this.position += 1;
    for (;;) {
      const character = this.text[this.position];
      if (character === undefined) throw new DashRefusal("the double quote is never closed", at);
      if (character === "$" || character === "`") this.#expansion(true);
      else this.position += character === "\\" ? 2 : 1;
      if (character === '"') return;
    }
  }

  #expansion(inQuotes: boolean): void {
    const at = this.position;
    if (this.text[at] === "`") {
      this.#backquotes(inQuotes);
      return;
    }
    this.position += 1;
    if (this.text.startsWith("\\\n", this.position)) throw new Unsure();
    if (this.text.startsWith("((", this.position)) this.#arithmetic(at);
    else if (this.text[this.position] === "(")
      this.position = this.#parse(this.text, this.position + 1, this.#depth + 1, true);
    else if (this.text[this.position] === "{") this.#braces(at, inQuotes);
    else if (this.text[this.position] === "$") this.position += 1;
  }

  #arithmetic(at: number): void {
    this.position += 2;
    for (let open = 0; ;) {
      const character = this.text[this.position];
      if (character === undefined) throw new DashRefusal("`$((` has no `))`", at);
      if (character === ")" && open === 0 && this.text[this.position + 1] === ")") break;
      if (character === "$" || character === "`") {
        this.#expansion(true);
        continue;
      }
      if (character === '"' || character === "'") throw new Unsure();
      if (character === "(") open += 1;
      if (character === ")" && open > 0) open -= 1;
      this.position += character === "\\" ? 2 : 1;
    }
    this.position += 2;
  }

  #braces(at: number, inQuotes: boolean): void {
    // What is no expansion of dash's it reads in its own way, and refuses only when it is run.
    const [begin = ""] = BRACES.exec(this.text.slice(this.position, this.position + 200)) ?? [];
    if (begin === "") throw new Unsure();
    this.position += begin.length;
    const isPattern = /[#%]$/.test(begin);
    for (;;) {
      const character = this.text[this.position];
      if (character === undefined) throw new DashRefusal("`${` has no `}`", at);
      if (character === "}") break;
      // Whether a quote in here is one depends on what is around it.
      if (character === "'" && (inQuotes || isPattern)) throw new Unsure();
      if (character === '"' && inQuotes) throw new Unsure();
      this.#step(character, inQuotes);
    }
    this.position += 1;
  }

  #backquotes(inQuotes: boolean): void {
    const at = this.position;
    const escaped = inQuotes ? /^[\\`$"]/ : /^[\\`$]/;
    let inner = "";
    this.position += 1;
    for (;;) {
      const character = this.text[this.position];
      if (character === undefined) throw new DashRefusal("the backquote is never closed", at);
      this.position += 1;
      if (character === "`") break;
      const next = this.text.slice(this.position, this.position + 1);
      if (character === "\\" && escaped.test(next)) {
        inner += next;
        this.position += 1;
      } else inner += character;
    }
    try {
      this.#parse(inner, 0, this.#depth + 1, false);
    } catch (error) {
      if (!(error instanceof DashRefusal)) throw error;
      throw new DashRefusal(error.message, at);
    }
  }

  #readHeredocs(): void {
    for (const { name, quoted, tabs } of this.#heredocs.splice(0)) {
      let isJoined = false;
      while (this.position < this.text.length) {
        const end = this.text.indexOf("\n", this.position);
        const line = this.text.slice(this.position, end < 0 ? undefined : end);
        this.position = end < 0 ? this.text.length : end + 1;
        if (!isJoined && (tabs ? line.replace(/^\t+/, "") : line) === name) break;
        isJoined = !quoted && (/\\+$/.exec(line)?.[0].length ?? 0) % 2 === 1;
      }
    }
  }
}
