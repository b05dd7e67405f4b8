import type { LayerEntry } from "../engine/engine.ts";
import type { Layer } from "../model/types.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import {
  type BytecodeArea,
  type BytecodeCount,
  countBytecode,
  interpreterTag,
  pycHeader,
  type PycHeader,
} from "./support/bytecode.ts";
import { placesOf } from "./support/configuration-places.ts";
import { LayerSecrets, type SecretFile } from "./support/layer-secrets.ts";
import { within } from "./support/time.ts";
import { base, FinalTree } from "./support/tree.ts";
import { cacheKind, isCompiler, isHeader, ownerOf } from "./support/waste.ts";

/** Everything the checks ask about the files of an image, out of one walk over its layers. */
export interface Layers {
  readonly layers: readonly Layer[];
  /** Sum of the payloads of all layers. */
  readonly bytes: number;
  readonly files: number;
  /** Bytes in some layer that a later one hides. */
  readonly hiddenBytes: number;
  readonly bytesByOwner: Readonly<Record<string, number>>;
  /** Normalised names of the installed distributions. */
  readonly distributions: readonly string[];
  /** Programs of the final tree that build, install or fetch: those the contract or the checks know by name. */
  readonly programs: readonly string[];
  /** Programs that the service was seen to call, by whom, and where in the final tree they lie. */
  readonly called: ReadonlyArray<{
    readonly program: string;
    readonly by: string;
    readonly path: string | undefined;
  }>;
  readonly compilers: readonly string[];
  readonly headers: { readonly count: number; readonly examples: readonly string[] };
  /** Caches in any layer, deleted ones too: they are downloaded by whoever pulls the image. */
  readonly caches: ReadonlyArray<{
    readonly kind: string;
    readonly bytes: number;
    readonly files: number;
    readonly example: string;
  }>;
  readonly secrets: readonly SecretFile[];
  /** `planted`: how many values of ours went into the build; `found`: where one of them came out. */
  readonly canaries: { readonly planted: number | undefined; readonly found: readonly string[] };
  readonly interpreter: string;
  readonly bytecode: Readonly<Partial<Record<BytecodeArea, BytecodeCount>>>;
}

const LIMIT_MS = 300_000;

export const layers: Probe<Layers> = {
  id: "layers",
  title: "Walk every layer of the image once",
  runs: "beside-others",
  version: 2,
  async collect(context) {
    const signal = within(context.signal, LIMIT_MS, "The walk over the layers");
    const walk = new Walk(context);
    const found = await context.engine.walkLayers(context.image, walk);
    signal.throwIfAborted();
    return walk.evidence(found);
  },
};

class Walk {
  readonly #tree = new FinalTree();
  readonly #headers = new Map<string, PycHeader>();
  readonly #caches = new Map<string, { bytes: number; files: number; example: string }>();
  readonly #secrets: LayerSecrets;
  readonly #context: ProbeContext;
  readonly #workdir: string;
  readonly #uvCache: string;

  constructor(context: ProbeContext) {
    this.#context = context;
    this.#secrets = new LayerSecrets(context.build?.canaries ?? []);
    this.#workdir = context.image.config.workdir.replace(/^\/+|\/+$/g, "");
    this.#uvCache = variable(context, "UV_CACHE_DIR").replace(/^\/+|\/+$/g, "");
  }

  entry(entry: LayerEntry): void {
    this.#context.signal.throwIfAborted();
    this.#tree.add(entry);
    this.#secrets.entry(entry);
    const kind = entry.kind === "file" ? cacheKind(entry.path, this.#uvCache) : undefined;
    if (kind === undefined) return;
    const cache = this.#caches.get(kind) ?? { bytes: 0, files: 0, example: `/${entry.path}` };
    this.#caches.set(kind, { ...cache, bytes: cache.bytes + entry.bytes, files: cache.files + 1 });
  }

  wants(entry: LayerEntry): boolean {
    return entry.path.endsWith(".pyc") || this.#secrets.wants(entry);
  }

  content(entry: LayerEntry, bytes: Buffer): void {
    if (entry.path.endsWith(".pyc")) this.#headers.set(entry.path, pycHeader(bytes));
    if (this.#secrets.wants(entry)) this.#secrets.content(entry, bytes);
  }

  evidence(found: readonly Layer[]): Layers {
    const { contract, build } = this.#context;
    const tag = interpreterTag(this.#tree);
    const wanted = new Set([...contract.absentPrograms, "uv", "uvx", "pip", "pip3", "poetry", "pdm", "pipenv"]);
    return {
      layers: found,
      bytes: found.reduce((sum, layer) => sum + layer.bytes, 0),
      ...this.#shape(wanted),
      called: this.#called(),
      hiddenBytes: this.#tree.hiddenBytes,
      caches: [...this.#caches].map(([kind, cache]) => ({ kind, ...cache })),
      secrets: this.#secrets.found(this.#tree),
      canaries: { planted: build?.canaries?.length, found: this.#canaries() },
      interpreter: tag,
      bytecode: countBytecode(this.#tree, this.#headers, { workdir: this.#workdir, tag }),
    };
  }

  /** A program that the code only looks for (`shutil.which`) may be missing: the code asks because it can do without. */
  #called(): Layers["called"] {
    const uses = this.#context.service.programs.filter(
      (use) => use.through !== undefined || use.confidence === "certain",
    );
    const first = new Map(uses.toReversed().map((use) => [use.program, use]));
    const programs = [...first.keys()].toSorted();
    const paths = new Map<string, string>();
    for (const { path, kind } of this.#tree.entries())
      if (kind !== "directory" && IN_A_BIN.test(path) && first.has(base(path))) paths.set(base(path), `/${path}`);
    return programs.map((program) => {
      const use = first.get(program);
      const place = `${use?.evidence.file}:${use?.evidence.line}`;
      return { program, by: use?.through === undefined ? place : `${use.through}, ${place}`, path: paths.get(program) };
    });
  }

  /** Values of ours that came out, in a file or in the configuration. */
  #canaries(): readonly string[] {
    const canaries = this.#context.build?.canaries ?? [];
    const places = placesOf(this.#context.image.config).filter(([, text]) =>
      canaries.some((one) => text.includes(one)),
    );
    return [...new Set([...places.map(([place]) => place), ...this.#secrets.canaries()])];
  }

  #shape(
    wanted: ReadonlySet<string>,
  ): Pick<Layers, "files" | "bytesByOwner" | "distributions" | "programs" | "compilers" | "headers"> {
    const bytesByOwner: Record<string, number> = {};
    const lists = { distributions: new Set<string>(), programs: [] as string[], compilers: [] as string[] };
    const headers = { count: 0, examples: [] as string[] };
    let files = 0;
    for (const { path, kind, bytes } of this.#tree.entries()) {
      if (kind === "directory") continue;
      files += 1;
      const owner = ownerOf(path, this.#workdir);
      bytesByOwner[owner] = (bytesByOwner[owner] ?? 0) + bytes;
      const distribution = distributionOf(path);
      if (distribution !== undefined) lists.distributions.add(distribution);
      if (IN_A_BIN.test(path)) {
        if (wanted.has(base(path))) lists.programs.push(`/${path}`);
        if (isCompiler(base(path))) lists.compilers.push(`/${path}`);
      }
      if (isHeader(path)) {
        headers.count += 1;
        if (headers.examples.length < 5) headers.examples.push(`/${path}`);
      }
    }
    return {
      files,
      bytesByOwner,
      distributions: [...lists.distributions].toSorted(),
      programs: lists.programs.toSorted(),
      compilers: lists.compilers.toSorted().slice(0, 50),
      headers,
    };
  }
}

const IN_A_BIN = /(^|\/)s?bin\/[^/]+$/;

/** Debian's folder for the packages of its own tools: no environment of a service reads it. */
const OF_THE_SYSTEM = /^\/?usr\/lib\/python3\/dist-packages\//;

/** The normalised name of the distribution whose metadata this is. */
export function distributionOf(path: string): string | undefined {
  if (OF_THE_SYSTEM.test(path)) return undefined;
  const name =
    /\/([^/]+)-[^-/]+\.dist-info\/METADATA$/.exec(path)?.[1] ??
    /\/([^/]+?)(?:-[^-/]+(?:-py[\d.]+)?)?\.egg-info(?:\/PKG-INFO)?$/.exec(path)?.[1];
  return name?.replace(/[-_.]+/g, "-").toLowerCase();
}

function variable({ image }: ProbeContext, name: string): string {
  return image.config.env.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}
