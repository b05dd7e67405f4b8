import type { LayerEntry } from "../engine/engine.ts";
import { withoutOurs } from "../engine/owner.ts";
import type { Contents, Layer } from "../model/types.ts";
import { ContentsSearch } from "./packages/contents.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import {
  applicationPlaces,
  areaOf,
  type BytecodeArea,
  type BytecodeCount,
  countBytecode,
  interpreterTag,
  type LooksFor,
  looksFor,
  pycHeader,
  type PycHeader,
} from "./support/bytecode.ts";
import { placesOf } from "./support/configuration-places.ts";
import { type Environments, EnvironmentSearch } from "./support/environments.ts";
import { type CalledProgram, calledPrograms, type Shape, shapeOf } from "./support/final-files.ts";
import { LayerSecrets, type Searched, type SecretFile } from "./support/layer-secrets.ts";
import { type Libraries, LibrarySearch } from "./support/libraries.ts";
import { type Modes, ModeSearch } from "./support/modes.ts";
import { Paths } from "./support/paths.ts";
import { SourceHashes } from "./support/source-hashes.ts";
import { within } from "./support/time.ts";
import { FinalTree } from "./support/tree.ts";
import { usedPython } from "./support/used-python.ts";
import { cacheKind } from "./support/waste.ts";

/** Everything the checks ask about the files of an image, out of one walk over its layers. */
export interface Layers extends Shape {
  readonly layers: readonly Layer[];
  /** Sum of the payloads of all layers. */
  readonly bytes: number;
  readonly contents: Contents;
  readonly called: readonly CalledProgram[];
  /** Caches in any layer, deleted ones too: they are downloaded by whoever pulls the image. */
  readonly caches: ReadonlyArray<{
    readonly kind: string;
    readonly bytes: number;
    readonly files: number;
    readonly example: string;
  }>;
  readonly secrets: readonly SecretFile[];
  /** Undefined in evidence of earlier versions, which left out larger files. */
  readonly searched?: Searched;
  /** `planted`: how many values of ours went into the build; `given`: how many of the team's build secrets were looked for
   * as well; `found`: where one of them came out. */
  readonly canaries: {
    readonly planted: number | undefined;
    readonly given?: number;
    readonly found: readonly string[];
  };
  readonly interpreter: string;
  readonly bytecode: Readonly<Partial<Record<BytecodeArea, BytecodeCount>>>;
  /** Where the image has Python look for it, other than beside each source and without optimization. */
  readonly looksFor?: LooksFor;
  readonly libraries: Libraries;
  readonly environments: Environments;
  readonly modes: Modes;
}

const LIMIT_MS = 300_000;

export const layers: Probe<Layers> = {
  id: "layers",
  title: "Walk every layer of the image once",
  runs: "beside-others",
  version: 12,
  followsFrom: ({ image, build, buildSecrets = [], contract, service }) =>
    // What the team's secrets hold is written down nowhere, so nobody can say that they are the same ones.
    image.diffIds === undefined || image.diffIds.length === 0 || buildSecrets.length > 0
      ? undefined
      : {
          layers: image.diffIds,
          // A value that was planted for this build and came out would be in neither: both are older than it.
          config: { ...image.config, labels: withoutOurs(image.config.labels) },
          planted: build?.planted ?? build?.canaries?.length,
          contract: [contract.absentPrograms, contract.writablePaths],
          programs: service.programs,
        },
  async collect(context) {
    const signal = within(context.signal, LIMIT_MS, "The walk over the layers");
    const walk = new Walk(context);
    const found = await context.engine.walkLayers(context.image, walk);
    signal.throwIfAborted();
    return walk.evidence(found);
  },
};

/** One question to the files: which ones it reads, and what it makes of them. The answer is asked for at the end. */
interface Search {
  entry?(entry: LayerEntry): void;
  wants(entry: LayerEntry): boolean;
  content(entry: LayerEntry, bytes: Buffer): void;
}

class Walk {
  readonly #tree = new FinalTree();
  readonly #headers = new Map<string, PycHeader>();
  readonly #hashes = new SourceHashes();
  readonly #caches = new Map<string, { bytes: number; files: number; example: string }>();
  readonly #secrets: LayerSecrets;
  readonly #contents: ContentsSearch;
  readonly #libraries: LibrarySearch;
  readonly #environments = new EnvironmentSearch();
  readonly #modes = new ModeSearch();
  readonly #searches: readonly Search[];
  readonly #context: ProbeContext;
  /** Random ones of ours, and what the team's build secrets hold. */
  readonly #values: readonly string[];
  readonly #workdir: string;
  readonly #places: ReturnType<typeof applicationPlaces>;
  readonly #uvCache: string;

  constructor(context: ProbeContext) {
    this.#context = context;
    this.#workdir = context.image.config.workdir.replace(/^\/+|\/+$/g, "");
    this.#places = applicationPlaces(context.image.config);
    this.#uvCache = variable(context, "UV_CACHE_DIR").replace(/^\/+|\/+$/g, "");
    this.#values = [...(context.build?.canaries ?? []), ...(context.buildSecrets ?? [])];
    this.#secrets = new LayerSecrets(this.#values);
    this.#contents = new ContentsSearch(this.#uvCache);
    this.#libraries = new LibrarySearch(argvOf(context));
    this.#searches = [this.#secrets, this.#contents, this.#libraries, this.#environments, this.#modes];
  }

  entry(entry: LayerEntry): void {
    this.#context.signal.throwIfAborted();
    this.#tree.add(entry);
    for (const search of this.#searches) search.entry?.(entry);
    // The same bytecode for several levels of optimization, as Fedora and Amazon Linux ship it.
    const linked = entry.kind === "hardlink" ? this.#headers.get(entry.link?.replace(/^\.?\/+/, "") ?? "") : undefined;
    if (linked !== undefined) this.#headers.set(entry.path, linked);
    const kind = entry.kind === "file" ? cacheKind(entry.path, this.#uvCache) : undefined;
    if (kind === undefined) return;
    const cache = this.#caches.get(kind) ?? { bytes: 0, files: 0, example: `/${entry.path}` };
    this.#caches.set(kind, { ...cache, bytes: cache.bytes + entry.bytes, files: cache.files + 1 });
  }

  wants(entry: LayerEntry): boolean {
    return (
      entry.path.endsWith(".pyc") || this.#isSource(entry.path) || this.#searches.some((search) => search.wants(entry))
    );
  }

  content(entry: LayerEntry, bytes: Buffer): void {
    if (entry.path.endsWith(".pyc")) this.#headers.set(entry.path, pycHeader(bytes));
    if (this.#isSource(entry.path)) this.#hashes.content(entry.path, bytes);
    for (const search of this.#searches) if (search.wants(entry)) search.content(entry, bytes);
    // Another search reads it whole.
    if (this.#secrets.wantsPieces(entry)) this.#secrets.content(entry, bytes);
  }

  wantsPieces(entry: LayerEntry): boolean {
    return this.#secrets.wantsPieces(entry);
  }

  piece(entry: LayerEntry, bytes: Buffer): void {
    this.#secrets.piece(entry, bytes);
  }

  evidence(found: readonly Layer[]): Layers {
    const { contract, build, service, image } = this.#context;
    const tree = this.#tree;
    const paths = new Paths(tree);
    const tag = interpreterTag(tree);
    const looks = looksFor(image.config);
    const wanted = new Set([...contract.absentPrograms, "uv", "uvx", "pip", "pip3", "poetry", "pdm", "pipenv"]);
    const { contents, owners } = this.#contents.found(tree, paths, this.#workdir);
    return {
      layers: found,
      bytes: found.reduce((sum, layer) => sum + layer.bytes, 0),
      ...shapeOf(tree, wanted),
      called: calledPrograms(tree, service),
      contents,
      caches: [...this.#caches].map(([kind, cache]) => ({ kind, ...cache })),
      secrets: this.#secrets.found(tree),
      searched: this.#secrets.searched(),
      canaries: {
        planted: build?.planted ?? build?.canaries?.length,
        given: this.#context.buildSecrets?.length ?? 0,
        found: this.#canaries(),
      },
      interpreter: tag,
      bytecode: countBytecode(
        tree,
        { headers: this.#headers, hashes: this.#hashes },
        { ...this.#places, ...looks, uvCache: this.#uvCache, tag, used: usedPython(paths, image.config, tag) },
      ),
      ...(Object.keys(looks).length === 0 ? {} : { looksFor: looks }),
      libraries: this.#libraries.found(tree, paths, {
        libraryPath: variable(this.#context, "LD_LIBRARY_PATH"),
        owner: (path) => owners.nameOf(path),
      }),
      environments: this.#environments.found(tree, paths, variable(this.#context, "PATH")),
      modes: this.#modes.found(tree, {
        user: image.config.user,
        writable: contract.writablePaths,
        volumes: image.config.volumes,
        owner: (path) => owners.nameOf(path),
      }),
    };
  }

  #isSource(path: string): boolean {
    return areaOf(path, { folders: this.#places.folders, uvCache: this.#uvCache }) !== undefined;
  }

  /** Values of ours that came out, in a file or in the configuration. */
  #canaries(): readonly string[] {
    const places = placesOf(this.#context.image.config).filter(([, text]) =>
      this.#values.some((one) => text.includes(one)),
    );
    return [...new Set([...places.map(([place]) => place), ...this.#secrets.canaries()])];
  }
}

const argvOf = ({ image: { config } }: ProbeContext): readonly string[] => [...config.entrypoint, ...config.command];

function variable({ image }: ProbeContext, name: string): string {
  return image.config.env.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}
