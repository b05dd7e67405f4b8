import { posix } from "node:path";
import type { LayerEntry } from "../../engine/engine.ts";
import type { FinalTree } from "./tree.ts";

const MOST_LINKS = 40;

/** Answers for absolute paths in the final tree as the kernel would: links are followed, in every part of the path. */
export class Paths {
  readonly #tree: FinalTree;
  readonly #folders = new Map<string, string>();

  constructor(tree: FinalTree) {
    this.#tree = tree;
  }

  /** The file that a path ends at. */
  file(path: string): LayerEntry | undefined {
    const entry = this.#tree.get(this.real(path).slice(1));
    return entry !== undefined && (entry.kind === "file" || entry.kind === "hardlink") ? entry : undefined;
  }

  /** True for a file or a folder. */
  exists(path: string): boolean {
    const real = this.real(path).slice(1);
    const entry = this.#tree.get(real);
    return entry === undefined ? this.#tree.isFolder(real) : entry.kind !== "symlink";
  }

  /** The path without links; a link that leads nowhere, or in a circle, stays as it is. */
  real(path: string): string {
    let left = MOST_LINKS;
    const walk = (absolute: string): string => {
      const folder = posix.dirname(absolute);
      if (absolute === "/" || absolute === folder) return "/";
      const known = this.#folders.get(folder);
      const parent = known ?? walk(folder);
      if (known === undefined) this.#folders.set(folder, parent);
      const here = posix.join(parent, posix.basename(absolute));
      const entry = this.#tree.get(here.slice(1));
      if (entry?.kind !== "symlink" || entry.link === undefined || left === 0) return here;
      left -= 1;
      return walk(posix.resolve(parent, entry.link));
    };
    return walk(posix.resolve("/", path));
  }
}
