import { DashRefusal, DashWords, type Token, Unsure } from "./dash-words.ts";

/** Why dash, Debian's /bin/sh, refuses a script, as `dash -n` would say; undefined for one that it takes. */
export function refusedByDash(script: string): { readonly message: string; readonly at: number } | undefined {
  try {
    const parser = new DashParser(script, 0, 0);
    while (parser.readLine()) continue;
    return undefined;
  } catch (error) {
    if (error instanceof DashRefusal) return { message: error.message, at: error.at };
    // Nested deeper than anybody writes by hand.
    if (error instanceof Unsure || error instanceof RangeError) return undefined;
    throw error;
  }
}

const RESERVED = new Set("! case do done elif else esac fi for if in then until while { }".split(" "));
/** Tokens that end a list of commands, when the list has one. */
const ENDS = new Set(["end", ")", ";;", "do", "done", "elif", "else", "esac", "fi", "then", "}"]);
/** Builtins whose names no function may have. */
const SPECIAL_BUILTINS = new Set(
  ". : break continue eval exec exit export readonly return set shift times trap unset".split(" "),
);
const NAME = /^[A-Za-z_]\w*$/;

interface Reading {
  /** Where a reserved word is one. */
  readonly reserved?: boolean;
  /** Where line breaks are passed over. */
  readonly lines?: boolean;
}
const COMMAND: Reading = { reserved: true };
const NEXT_COMMAND: Reading = { reserved: true, lines: true };

/** How a list ends: `line`: with its line; `some`: it holds a command at least; `any`: it may be empty. */
type List = "line" | "some" | "any";

/** The grammar of dash's own parser, rule by rule; what it makes of the commands does not matter here. */
class DashParser {
  readonly #words: DashWords;
  #pushed: Token | undefined;
  #last: Token = { type: "end", text: "", quoted: false, at: 0 };

  constructor(text: string, from: number, depth: number) {
    this.#words = new DashWords(text, from, depth, substituted);
  }

  /** Reads one complete command of the script; false at its end. */
  readLine(): boolean {
    this.#list("line");
    return this.#last.type !== "end";
  }

  /** Reads what stands in `$(…)` up to its bracket, or in backquotes. Returns where it ends. */
  readSubstitution(isOpen: boolean): number {
    const from = this.#words.position;
    this.#list("any");
    if (isOpen && this.#next().type !== ")") this.#refuse(")", "$(", from - 2);
    if (this.#words.isWaiting) throw new Unsure();
    return this.#words.position;
  }

  #next({ reserved = false, lines = false }: Reading = {}): Token {
    let token = this.#pushed ?? this.#words.next();
    this.#pushed = undefined;
    if (lines) while (token.type === "\n") token = this.#words.next();
    if (reserved && token.type === "word" && !token.quoted && RESERVED.has(token.text))
      token = { ...token, type: token.text };
    this.#last = token;
    return token;
  }

  #back(): void {
    this.#pushed = this.#last;
  }

  #list(kind: List): void {
    const reading = kind === "line" ? COMMAND : NEXT_COMMAND;
    for (let count = 0; ; count += 1) {
      const first = this.#next(reading);
      if (first.type === "\n") return;
      this.#back();
      if (first.type === "end") return;
      if (kind !== "line" && (kind === "any" || count > 0) && ENDS.has(first.type)) return;
      this.#andOr();
      if (!this.#isSeparated(kind)) return;
    }
  }

  /** What stands behind a command: whether the list may go on. */
  #isSeparated(kind: List): boolean {
    const { type } = this.#next();
    if (type === "&" || type === ";") return true;
    if (kind === "line" && type !== "\n" && type !== "end") this.#refuse();
    this.#back();
    return type === "\n";
  }

  #andOr(): void {
    for (let reading = COMMAND; ; reading = NEXT_COMMAND) {
      this.#pipeline(reading);
      const { type } = this.#next();
      if (type === "&&" || type === "||") continue;
      this.#back();
      return;
    }
  }

  #pipeline(reading: Reading): void {
    if (this.#next(reading).type === "!") this.#command(COMMAND);
    else {
      this.#back();
      this.#command(reading);
    }
    while (this.#next().type === "|") this.#command(NEXT_COMMAND);
    this.#back();
  }

  #command(reading: Reading): void {
    const { type, at } = this.#next(reading);
    if (type === "word" || type === "redirect") {
      this.#back();
      this.#simple();
      return;
    }
    if (type === "if") this.#if(at);
    else if (type === "while" || type === "until") {
      this.#list("some");
      this.#expect("do", type, at);
      this.#list("some");
      this.#expect("done", type, at);
    } else if (type === "for") this.#for(at);
    else if (type === "case") this.#case(at);
    else if (type === "(" || type === "{") {
      this.#list("some");
      this.#expect(type === "(" ? ")" : "}", type, at);
    } else this.#refuse();
    while (this.#next(COMMAND).type === "redirect") this.#file();
    this.#back();
  }

  #if(at: number): void {
    for (let word = "if"; word === "if" || word === "elif"; word = this.#next(COMMAND).type) {
      this.#list("some");
      this.#expect("then", "if", at);
      this.#list("some");
    }
    if (this.#last.type === "else") this.#list("some");
    else this.#back();
    this.#expect("fi", "if", at);
  }

  #for(at: number): void {
    const name = this.#next();
    if (name.type !== "word" || name.quoted || !NAME.test(name.text))
      throw new DashRefusal("`for` has no name of a variable", name.at);
    if (this.#next(NEXT_COMMAND).type === "in") {
      while (this.#next().type === "word") continue;
      if (this.#last.type !== "\n" && this.#last.type !== ";") this.#refuse();
    } else if (this.#last.type !== ";") this.#back();
    this.#expect("do", "for", at, NEXT_COMMAND);
    this.#list("some");
    this.#expect("done", "for", at);
  }

  #case(at: number): void {
    if (this.#next().type !== "word") this.#refuse();
    this.#expect("in", "case", at, NEXT_COMMAND);
    for (;;) {
      if (this.#next(NEXT_COMMAND).type === "esac") return;
      if (this.#last.type === "(") this.#next();
      let token = this.#next();
      while (token.type === "|") {
        this.#next();
        token = this.#next();
      }
      if (token.type !== ")") this.#refuse(")", "case", at);
      this.#list("any");
      if (this.#next(NEXT_COMMAND).type === "esac") return;
      if (this.#last.type !== ";;") this.#refuse("esac", "case", at);
    }
  }

  #simple(): void {
    let words = 0;
    let others = 0;
    for (let name: Token | undefined; ;) {
      const token = this.#next();
      if (token.type === "redirect") {
        this.#file();
        others += 1;
      } else if (token.type === "word") {
        if (words === 0 && /^[A-Za-z_]\w*=/.test(token.text)) others += 1;
        else words += 1;
        name ??= token;
      } else if (token.type === "(" && words === 1 && others === 0 && name !== undefined) {
        this.#function(name);
        return;
      } else {
        this.#back();
        return;
      }
    }
  }

  #function(name: Token): void {
    if (this.#next().type !== ")") this.#refuse();
    if (name.quoted || !NAME.test(name.text) || SPECIAL_BUILTINS.has(name.text))
      throw new DashRefusal(`\`${name.text}\` is no name for a function`, name.at);
    this.#command(NEXT_COMMAND);
  }

  /** The word after a redirection. */
  #file(): void {
    const { heredoc } = this.#last;
    if (heredoc === undefined) this.#next();
    else this.#last = this.#words.readDelimiter(heredoc.tabs);
    if (this.#last.type !== "word") this.#refuse();
  }

  #expect(type: string, opener: string, at: number, reading: Reading = NEXT_COMMAND): void {
    if (this.#next(reading).type !== type) this.#refuse(type, opener, at);
  }

  /** The token that was read last stands where it cannot. */
  #refuse(wanted?: string, opener?: string, at?: number): never {
    const { type, text, at: here } = this.#last;
    if (type === "end" && wanted !== undefined && opener !== undefined && at !== undefined)
      throw new DashRefusal(`\`${opener}\` has no \`${wanted}\``, at);
    if (type === "end") throw new DashRefusal("it ends where a command has to follow", here);
    const found = type === "\n" ? "the end of the line" : `\`${text}\``;
    throw new DashRefusal(`${found} stands where ${wanted === undefined ? "it cannot" : `\`${wanted}\` has to`}`, here);
  }
}

const substituted = (text: string, from: number, depth: number, isOpen: boolean): number =>
  new DashParser(text, from, depth).readSubstitution(isOpen);
