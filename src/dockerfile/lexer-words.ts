import { isSpace } from "./chars.ts";

/** Collects words: white space outside quotes ends one. */
export class Words {
  readonly #words: string[] = [];
  #word = "";

  add(text: string): void {
    this.#word += text;
  }

  addSplit(text: string): void {
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      if (!isSpace(text.charCodeAt(at))) continue;
      this.#word += text.slice(start, at);
      this.#flush();
      start = at + 1;
    }
    this.#word += text.slice(start);
  }

  finish(): readonly string[] {
    this.#flush();
    return this.#words;
  }

  #flush(): void {
    if (this.#word !== "") this.#words.push(this.#word);
    this.#word = "";
  }
}
