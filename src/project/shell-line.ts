/** One simple command of a shell line. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** What stands behind it: `&&`, `||`, `;`, `|`, `&` or nothing. */
  readonly then: string;
}

/**
 * Splits a line into simple commands and words, quotes taken off, variables left as they are.
 * Only for start commands, which are short; what runs in a build is read by the dockerfile folder.
 */
export function splitShell(text: string): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (then: string) => {
    endWord();
    if (words.length > 0) commands.push({ words, then });
    words = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === "'" || character === '"') {
      const end = closing(text, at);
      word = (word ?? "") + unquoted(text.slice(at + 1, end), character);
      at = end;
    } else if (character === "\\") {
      at += 1;
      if (text[at] !== "\n") word = (word ?? "") + (text[at] ?? "");
    } else if (character === "$" && (text[at + 1] === "{" || text[at + 1] === "(")) {
      const end = closingBrace(text, at + 1);
      word = (word ?? "") + text.slice(at, end + 1);
      at = end;
    } else if (character === "#" && word === undefined) {
      const end = text.indexOf("\n", at);
      at = (end < 0 ? text.length : end) - 1;
    } else if (character === " " || character === "\t") endWord();
    else if ("&|;\n".includes(character)) {
      const twice = text[at + 1] === character && character !== "\n";
      endCommand(character === "\n" ? ";" : character.repeat(twice ? 2 : 1));
      if (twice) at += 1;
    } else word = (word ?? "") + character;
  }
  endCommand("");
  return commands;
}

function closing(text: string, open: number): number {
  const quote = text[open];
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === "\\" && quote === '"') at += 1;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

function closingBrace(text: string, open: number): number {
  const [from, to] = text[open] === "{" ? ["{", "}"] : ["(", ")"];
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === from) depth += 1;
    else if (text[at] === to) depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

const unquoted = (body: string, quote: string): string =>
  quote === "'" ? body : body.replaceAll(/\\([\\"$`\n])/g, (_, escaped: string) => (escaped === "\n" ? "" : escaped));
