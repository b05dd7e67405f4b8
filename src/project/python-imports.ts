import type { SyntaxNode } from "./python-node.ts";

export interface Imported {
  /** The name in this file; undefined for `from x import *`. */
  readonly local: string;
  readonly stands: string;
  /** The whole dotted name that was written. */
  readonly qualified: string;
}

/** What one import statement brings in. `module` is the file's own dotted name: relative imports start from it. */
export function readImport(words: readonly SyntaxNode[], text: string, module: string): readonly Imported[] {
  const { base, rest } = importBase(words, text, module);
  const slice = (node: SyntaxNode) => text.slice(node.from, node.to);
  return splitBy(rest, (word) => word.name === ",").flatMap((part) => {
    const as = part.findIndex((word) => word.name === "as");
    const path = part
      .slice(0, as < 0 ? undefined : as)
      .filter((word) => word.name === "VariableName" || word.name === "*")
      .map(slice)
      .join(".");
    if (path === "") return [];
    const qualified = base === undefined ? path : `${base}.${path}`;
    const alias = as < 0 ? undefined : part[as + 1];
    if (alias !== undefined) return [{ local: slice(alias), stands: qualified, qualified }];
    const [first = path] = path.split(".");
    return [
      base === undefined ? { local: first, stands: first, qualified } : { local: path, stands: qualified, qualified },
    ];
  });
}

/** What `from …` names, made absolute, and the words after `import`. */
function importBase(
  words: readonly SyntaxNode[],
  text: string,
  module: string,
): { readonly base: string | undefined; readonly rest: readonly SyntaxNode[] } {
  const index = words.findIndex((word) => word.name === "import");
  const rest = words.slice(index + 1);
  const [first] = words;
  if (first?.name !== "from") return { base: undefined, rest };
  const head = text.slice(first.to, words[index]?.from ?? first.to).replaceAll(/[\s\\]/g, "");
  const dots = /^\.*/.exec(head)?.[0].length ?? 0;
  if (dots === 0) return { base: head, rest };
  const below = head.slice(dots);
  return { base: [...module.split(".").slice(0, -dots), ...(below === "" ? [] : [below])].join("."), rest };
}

export function splitBy(words: readonly SyntaxNode[], isSeparator: (word: SyntaxNode) => boolean): SyntaxNode[][] {
  const parts: SyntaxNode[][] = [[]];
  for (const word of words) {
    if (isSeparator(word)) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}
