import type { LayerEntry } from "../../src/engine/engine.ts";
import { Paths } from "../../src/probes/support/paths.ts";
import { FinalTree } from "../../src/probes/support/tree.ts";

/** A tree of files with contents, walked by a search as the layers of an image are. */
export type Content = Buffer | string;
export const entry = (path: string, more: Partial<LayerEntry> = {}): LayerEntry => ({
  layer: 0,
  path,
  kind: "file",
  bytes: 10,
  mode: 0o755,
  uid: 0,
  gid: 0,
  modified: 1000,
  ...more,
});
export const link = (path: string, to: string): readonly [LayerEntry, Content] => [
  entry(path, { kind: "symlink", link: to, bytes: 0 }),
  "",
];
export const file = (
  path: string,
  content: Content = "",
  more: Partial<LayerEntry> = {},
): readonly [LayerEntry, Content] => [entry(path, more), content];

interface Search {
  wants(one: LayerEntry): boolean;
  content(one: LayerEntry, bytes: Buffer): void;
}
export function walk(search: Search, ...files: ReadonlyArray<readonly [LayerEntry, Content]>): [FinalTree, Paths] {
  const tree = new FinalTree();
  for (const [one, content] of files) {
    tree.add(one);
    if (one.kind === "file" && search.wants(one)) search.content(one, Buffer.from(content));
  }
  return [tree, new Paths(tree)];
}
