/** A node of a syntax tree, as far as it is read here: our own parser's, and that of the full grammar. */
export interface SyntaxNode {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly firstChild: SyntaxNode | null;
  readonly nextSibling: SyntaxNode | null;
  readonly parent: SyntaxNode | null;
}

export class Node implements SyntaxNode {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly firstChild: Node | null;
  nextSibling: Node | null = null;
  parent: Node | null = null;

  constructor(name: string, from: number, to: number, children: readonly Node[] = []) {
    this.name = name;
    this.from = from;
    this.to = to;
    this.firstChild = children[0] ?? null;
    let before: Node | undefined;
    for (const child of children) {
      child.parent = this;
      if (before !== undefined) before.nextSibling = child;
      before = child;
    }
  }
}
