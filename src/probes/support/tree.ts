import type { LayerEntry } from "../../engine/engine.ts";
import type { LayerWaste } from "../../model/types.ts";

/** The files that a container of the image sees: all layers laid over each other, deletions done. */
export class FinalTree {
  readonly #entries = new Map<string, LayerEntry>();
  /** Paths by folder, so that an opaque folder can be emptied without a look at every path. */
  readonly #children = new Map<string, Set<string>>();
  readonly #waste = new Map<number, Wasting>();

  /** Entries must come lowest layer first, as the walk gives them. */
  add(entry: LayerEntry): void {
    if (entry.kind === "whiteout") this.#remove(entry.path, entry.layer);
    else if (entry.kind === "opaque") this.#empty(entry.path, entry.layer);
    else {
      const before = this.#entries.get(entry.path);
      if (before !== undefined && before.kind === "directory" && entry.kind !== "directory")
        this.#empty(entry.path, entry.layer);
      if (before !== undefined) this.#hide(before, entry.layer, isSameContent(before, entry) ? "doubled" : "replaced");
      this.#entries.set(entry.path, entry);
      this.#listIn(parent(entry.path), entry.path);
    }
  }

  get(path: string): LayerEntry | undefined {
    return this.#entries.get(path);
  }

  entries(): IterableIterator<LayerEntry> {
    return this.#entries.values();
  }

  /** True for a folder with something in it, named by an entry of its own or not. The root has the empty path. */
  isFolder(path: string): boolean {
    return this.#entries.get(path)?.kind === "directory" || (this.#children.get(path)?.size ?? 0) > 0;
  }

  /** Bytes that are in some layer and that nobody can see: deleted or overwritten later. */
  get hiddenBytes(): number {
    return this.waste().reduce((sum, { deleted, replaced, doubled }) => sum + deleted + replaced + doubled, 0);
  }

  /** What each layer hides of those below it; layers that hide nothing are left out. */
  waste(): readonly LayerWaste[] {
    return [...this.#waste]
      .map(([layer, { deleted, replaced, doubled, example }]) => ({ layer, deleted, replaced, doubled, example }))
      .toSorted((a, b) => a.layer - b.layer);
  }

  /** Also the folders above, which need no entry of their own. */
  #listIn(folder: string, path: string): void {
    const siblings = this.#children.get(folder) ?? new Set();
    if (siblings.has(path)) return;
    this.#children.set(folder, siblings.add(path));
    if (folder !== "") this.#listIn(parent(folder), folder);
  }

  #remove(path: string, layer: number): void {
    this.#empty(path, layer);
    const entry = this.#entries.get(path);
    if (entry === undefined && !this.isFolder(path)) this.#children.get(parent(path))?.delete(path);
    if (entry === undefined || entry.layer === layer) return;
    this.#hide(entry, layer, "deleted");
    this.#entries.delete(path);
    this.#children.get(parent(path))?.delete(path);
  }

  /** A layer hides what the layers below have there, never what it brings itself. */
  #empty(folder: string, layer: number): void {
    for (const path of this.#children.get(folder) ?? []) this.#remove(path, layer);
  }

  #hide(entry: LayerEntry, layer: number, how: "deleted" | "replaced" | "doubled"): void {
    if (entry.bytes === 0) return;
    const waste = this.#waste.get(layer) ?? { deleted: 0, replaced: 0, doubled: 0, example: "", largest: 0 };
    waste[how] += entry.bytes;
    if (entry.bytes > waste.largest) Object.assign(waste, { largest: entry.bytes, example: `/${entry.path}` });
    this.#waste.set(layer, waste);
  }
}

type Wasting = { deleted: number; replaced: number; doubled: number; example: string; largest: number };

/** A change of mode or owner stores the file again and leaves its time and size alone. */
function isSameContent(before: LayerEntry, now: LayerEntry): boolean {
  return (
    before.kind === "file" && now.kind === "file" && before.bytes === now.bytes && before.modified === now.modified
  );
}

/** The folder of a path; empty at the top. */
export function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The last part of a path. */
export function base(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
