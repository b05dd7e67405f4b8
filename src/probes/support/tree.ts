import type { LayerEntry } from "../../engine/engine.ts";

/** The files that a container of the image sees: all layers laid over each other, deletions done. */
export class FinalTree {
  readonly #entries = new Map<string, LayerEntry>();
  /** Paths by folder, so that an opaque folder can be emptied without a look at every path. */
  readonly #children = new Map<string, Set<string>>();
  #hidden = 0;

  /** Entries must come lowest layer first, as the walk gives them. */
  add(entry: LayerEntry): void {
    if (entry.kind === "whiteout") this.#remove(entry.path, entry.layer);
    else if (entry.kind === "opaque") this.#empty(entry.path, entry.layer);
    else {
      const before = this.#entries.get(entry.path);
      if (before !== undefined && before.kind === "directory" && entry.kind !== "directory")
        this.#empty(entry.path, entry.layer);
      if (before !== undefined) this.#hidden += before.bytes;
      this.#entries.set(entry.path, entry);
      const folder = parent(entry.path);
      const siblings = this.#children.get(folder) ?? new Set();
      this.#children.set(folder, siblings.add(entry.path));
    }
  }

  get(path: string): LayerEntry | undefined {
    return this.#entries.get(path);
  }

  entries(): IterableIterator<LayerEntry> {
    return this.#entries.values();
  }

  /** Bytes that are in some layer and that nobody can see: deleted or overwritten later. */
  get hiddenBytes(): number {
    return this.#hidden;
  }

  #remove(path: string, layer: number): void {
    this.#empty(path, layer);
    const entry = this.#entries.get(path);
    if (entry === undefined || entry.layer === layer) return;
    this.#hidden += entry.bytes;
    this.#entries.delete(path);
    this.#children.get(parent(path))?.delete(path);
  }

  /** A layer hides what the layers below have there, never what it brings itself. */
  #empty(folder: string, layer: number): void {
    for (const path of this.#children.get(folder) ?? []) this.#remove(path, layer);
  }
}

/** The folder of a path; empty at the top. */
export function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The last part of a path. */
export function base(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
