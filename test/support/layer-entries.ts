import type { LayerEntry } from "../../src/engine/engine.ts";
import { FinalTree } from "../../src/probes/support/tree.ts";

/** Entries of layers, and the tree that they end up as. */
export const entry = (layer: number, path: string, more: Partial<LayerEntry> = {}): LayerEntry => ({
  layer,
  path,
  kind: "file",
  bytes: 10,
  mode: 0o644,
  uid: 0,
  gid: 0,
  modified: 1000,
  ...more,
});
export const treeOf = (...entries: readonly LayerEntry[]): FinalTree => {
  const tree = new FinalTree();
  for (const one of entries) tree.add(one);
  return tree;
};
