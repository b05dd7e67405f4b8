import type { LayerEntry } from "../../engine/engine.ts";
import { secretsInFile } from "./file-secrets.ts";
import { writtenForReaders } from "./documented.ts";
import type { SecretSighting } from "./secrets.ts";
import { type FinalTree, parent } from "./tree.ts";

/** A file of some layer that holds a secret. */
export interface SecretFile extends SecretSighting {
  readonly path: string;
  readonly layer: number;
  /** A later layer hides the file. Whoever pulls the image still gets it. */
  readonly deleted: boolean;
  /** It came with a published distribution, in a test, an example or a text for readers: nobody's secret. */
  readonly published: boolean;
}

/** What was looked at: a pass says no more than this. */
export interface Searched {
  readonly files: number;
  /** Formats in which a text can only be met by chance, and documents of packages: searched for planted values only. */
  readonly binary: number;
  /** Larger than what is searched for anything. */
  readonly large: number;
}

/** Up to here a file is read whole; a larger one passes by in pieces. */
const WHOLE = 4_000_000;
/** Weights of a model are larger, and hold no text. */
export const MOST_BYTES = 256_000_000;
/** A secret on the border of two pieces is in the end of the one and the beginning of the other. */
const OVERLAP = 8192;
const MOST_FOUND = 200;
/** Binary formats in which a text pattern can only be met by chance, and documents of packages. */
const SKIP =
  /\.(so[\d.]*|a|o|gz|xz|bz2|zst|whl|zip|png|jpe?g|gif|ico|woff2?|ttf|mo|dat)$|^usr\/share\/(doc|man|locale|zoneinfo|i18n|perl5?|ca-certificates)\//;

/** Looks for secrets in every file of every layer, those that a later layer deletes too. */
export class LayerSecrets {
  readonly #canaries: readonly Buffer[];
  readonly #found = new Map<string, Found>();
  readonly #searched = { files: 0, binary: 0, large: 0 };
  #end: { readonly of: LayerEntry | undefined; readonly bytes: Buffer } = { of: undefined, bytes: Buffer.alloc(0) };
  readonly #canaryPaths: string[] = [];
  /** What a distribution's RECORD names with a hash, of the dist-info folders that were read: whether as a test or an example. */
  readonly #recorded = new Map<string, boolean>();

  constructor(canaries: readonly string[]) {
    this.#canaries = canaries.map((value) => Buffer.from(value));
  }

  /** A value can also be in a name. */
  entry(entry: LayerEntry): void {
    if (this.#canaries.some((canary) => Buffer.from(entry.path).includes(canary)))
      this.#canaryPaths.push(this.#placeOf(entry));
    if (entry.kind !== "file" || entry.bytes === 0) return;
    if (entry.bytes > MOST_BYTES) this.#searched.large += 1;
    else if (SKIP.test(entry.path)) this.#searched.binary += 1;
    else this.#searched.files += 1;
  }

  wants(entry: LayerEntry): boolean {
    return entry.bytes <= WHOLE && this.#looksAt(entry);
  }

  /** The others pass by in pieces. */
  wantsPieces(entry: LayerEntry): boolean {
    return entry.bytes > WHOLE && this.#looksAt(entry);
  }

  content(entry: LayerEntry, bytes: Buffer): void {
    if (isRecord(entry)) this.#record(entry.path, bytes.toString("utf8"));
    this.#search(entry, bytes);
  }

  piece(entry: LayerEntry, bytes: Buffer): void {
    const whole = this.#end.of === entry ? Buffer.concat([this.#end.bytes, bytes]) : bytes;
    this.#search(entry, whole);
    this.#end = { of: entry, bytes: Buffer.from(whole.subarray(-OVERLAP)) };
  }

  #looksAt(entry: LayerEntry): boolean {
    if (entry.kind !== "file" || entry.bytes === 0 || entry.bytes > MOST_BYTES) return false;
    return this.#canaries.length > 0 || !SKIP.test(entry.path) || isRecord(entry);
  }

  #search(entry: LayerEntry, bytes: Buffer): void {
    if (this.#canaries.some((canary) => bytes.includes(canary))) this.#canaryPaths.push(this.#placeOf(entry));
    if (SKIP.test(entry.path)) return;
    const text = bytes.toString("latin1");
    const sightings = secretsInFile(entry.path, text);
    const documented = sightings.length === 0 ? new Set<string>() : writtenForReaders(entry.path, text);
    for (const seen of sightings) {
      if (this.#found.size >= MOST_FOUND) return;
      const key = [entry.layer, entry.path, seen.fingerprint].join("\n");
      const place = { path: entry.path, layer: entry.layer, documented: documented.has(seen.fingerprint) };
      if (!this.#found.has(key)) this.#found.set(key, { ...seen, ...place });
    }
  }

  searched(): Searched {
    return this.#searched;
  }

  found(tree: FinalTree): readonly SecretFile[] {
    const all = [...this.#found.values()];
    const [published, own] = [true, false].map(
      (is) => new Set(all.filter((one) => this.#isPublished(one) === is).map(({ path }) => path)),
    ) as [Set<string>, Set<string>];
    // pip compiles what a wheel brought: RECORD has no hash of what then holds the same.
    const isCompiled = (path: string) => published.has(sourceOf(path)) && !own.has(sourceOf(path));
    return all.map(({ kind, fingerprint, path, layer, documented }) => ({
      kind,
      fingerprint,
      path: `/${path}`,
      layer,
      deleted: tree.get(path)?.layer !== layer,
      published: this.#isPublished({ path, documented }) || isCompiled(path),
    }));
  }

  #isPublished({ path, documented }: Pick<Found, "path" | "documented">): boolean {
    const sample = this.#recorded.get(path);
    return sample === true || (sample === false && documented);
  }

  /** A value in the name itself is not shown. */
  #placeOf({ layer, path }: LayerEntry): string {
    const shown = this.#canaries.reduce((name, canary) => name.replaceAll(canary.toString(), "[value]"), path);
    return `layer ${layer}: /${shown}`;
  }

  canaries(): readonly string[] {
    return [...new Set(this.#canaryPaths)].slice(0, 20);
  }

  #record(path: string, text: string): void {
    const root = parent(parent(path));
    for (const line of text.split("\n")) {
      // `name,sha256=…,size`: only a file whose hash the wheel carried was published with it.
      const file = /^"?([^",]+)"?,sha256=/.exec(line)?.[1];
      if (file !== undefined) this.#recorded.set(`${root}/${file}`, SAMPLES.test(`/${file}`));
    }
  }
}

interface Found extends SecretSighting {
  readonly path: string;
  readonly layer: number;
  /** It stands in a text for readers of the code. */
  readonly documented: boolean;
}

const SAMPLES = /\/(tests?|testing|examples?|docs?|samples?)\//;

/** The module that a file of bytecode was compiled from. */
const sourceOf = (path: string): string => path.replace(/\/__pycache__\/([^/.]+)\.[^/]*\.pyc$/, "/$1.py");

const isRecord = (entry: LayerEntry): boolean => entry.path.endsWith(".dist-info/RECORD");
