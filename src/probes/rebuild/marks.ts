import type { Engine, LayerEntry, LayerVisitor } from "../../engine/engine.ts";
import type { Image, InstalledPackage, Layer } from "../../model/types.ts";
import { ContentsSearch, type Owners } from "../packages/contents.ts";
import { Paths } from "../support/paths.ts";
import { FinalTree } from "../support/tree.ts";
import { type Hashes, hashesOf } from "./normal-form.ts";

/** One entry of a layer, without its content. */
export interface Mark extends Pick<LayerEntry, "kind" | "mode" | "uid" | "gid" | "link" | "modified"> {
  /** Undefined of what is no file. */
  readonly hashes: Hashes | undefined;
}

/** Everything of an image that another build of it can be compared by. */
export interface Marked {
  readonly image: Image;
  readonly layers: readonly Layer[];
  /** By path, for each layer. */
  readonly marks: ReadonlyArray<ReadonlyMap<string, Mark>>;
  readonly packages: readonly InstalledPackage[];
  readonly owners: Owners;
}

export async function marksOf(engine: Pick<Engine, "walkLayers">, image: Image): Promise<Marked> {
  const walk = new Walk();
  const layers = await engine.walkLayers(image, walk);
  return { image, layers, ...walk.found(layers.length, image.config.workdir) };
}

class Walk implements LayerVisitor {
  readonly #layers = new Map<number, Map<string, Mark>>();
  readonly #tree = new FinalTree();
  readonly #contents = new ContentsSearch("");

  entry(entry: LayerEntry): void {
    this.#tree.add(entry);
    this.#contents.entry(entry);
    this.#note(entry, undefined);
  }

  wants({ kind }: LayerEntry): boolean {
    return kind === "file";
  }

  content(entry: LayerEntry, bytes: Buffer): void {
    this.#note(entry, hashesOf(entry.path, bytes));
    if (this.#contents.wants(entry)) this.#contents.content(entry, bytes);
  }

  found(layers: number, workdir: string): Pick<Marked, "marks" | "packages" | "owners"> {
    const marks = Array.from({ length: layers }, (_, index) => this.#layers.get(index) ?? new Map<string, Mark>());
    const { contents, owners } = this.#contents.found(this.#tree, new Paths(this.#tree), workdir.replace(/^\/+/, ""));
    return { marks, packages: contents.packages, owners };
  }

  #note({ layer, path, kind, mode, uid, gid, link, modified }: LayerEntry, hashes: Hashes | undefined): void {
    const marks = this.#layers.get(layer) ?? new Map<string, Mark>();
    this.#layers.set(
      layer,
      marks.set(path, { kind, mode, uid, gid, modified, hashes, ...(link === undefined ? {} : { link }) }),
    );
  }
}
