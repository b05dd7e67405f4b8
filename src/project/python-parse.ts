import type { SyntaxNode } from "./python-node.ts";
import { readTree } from "./python-facts.ts";
import { outline } from "./python-outline.ts";
import { parsePlain } from "./python-statements.ts";
import { NotPlain } from "./python-tokens.ts";
import type { PythonTree } from "./python-tree.ts";

/** The full grammar. */
export interface Parser {
  parse(text: string): { readonly topNode: SyntaxNode };
}

let parser: Promise<Parser> | undefined;

/** The grammar is loaded once, and only when there is Python to read. */
export function loadPythonParser(): Promise<Parser> {
  return (parser ??= import("@lezer/python").then((module) => module.parser));
}

/** Sooner parsed whole than looked through: the pattern that tells what matters takes long to compile. */
const SHORT = 500;

/**
 * Reads one file. Broken syntax gives what could be read of it. `module` is the file's dotted name, for relative imports.
 * @throws NotPlain when the plain parser does not know something in it, and there is no grammar.
 */
export function parsePython(grammar: Parser | undefined, text: string, module: string, isPackage: boolean): PythonTree {
  const outlined = text.length < SHORT ? text : outline(text);
  try {
    return readTree(parsePlain(outlined), text, module, isPackage);
  } catch (error) {
    if (!(error instanceof NotPlain) || grammar === undefined) throw error;
    return readTree(grammar.parse(outlined).topNode, text, module, isPackage);
  }
}
