import type { LayerEntry } from "../../engine/engine.ts";
import { assignedSecrets, type SecretSighting, shapedSecrets } from "./secrets.ts";
import { base, type FinalTree, parent } from "./tree.ts";

/** A file of some layer that holds a secret. */
export interface SecretFile extends SecretSighting {
  readonly path: string;
  readonly layer: number;
  /** A later layer hides the file. Whoever pulls the image still gets it. */
  readonly deleted: boolean;
  /** The file came with a published distribution, which names it in its RECORD: nobody's secret. */
  readonly published: boolean;
}

const MOST_BYTES = 4_000_000;
const MOST_FOUND = 200;
/** Binary formats in which a text pattern can only be met by chance, and documents of packages. */
const SKIP =
  /\.(so[\d.]*|a|o|gz|xz|bz2|zst|whl|zip|png|jpe?g|gif|ico|woff2?|ttf|mo|dat)$|^usr\/share\/(doc|man|locale|zoneinfo|i18n|perl5?|ca-certificates)\//;
/** Files that exist to hold values: there a name such as PASSWORD is enough. */
const HOLDS_VALUES =
  /^(\.env(\.(?!example$|sample$|template$|dist$)[\w.-]+)?|\.netrc|\.pgpass|\.git-credentials|\.pypirc|pip\.conf|credentials)$/;
/** Where git keeps the address it was cloned from, with the token that was in it. */
const OF_GIT = /(^|\/)\.git\/config$/;

/** Looks for secrets in every file of every layer, those that a later layer deletes too. */
export class LayerSecrets {
  readonly #canaries: readonly Buffer[];
  readonly #found: Array<Omit<SecretFile, "deleted" | "published">> = [];
  readonly #canaryPaths: string[] = [];
  /** Paths that a distribution's RECORD names, of the dist-info folders that were read. */
  readonly #recorded = new Set<string>();

  constructor(canaries: readonly string[]) {
    this.#canaries = canaries.map((value) => Buffer.from(value));
  }

  /** A value can also be in a name. */
  entry(entry: LayerEntry): void {
    if (this.#canaries.some((canary) => Buffer.from(entry.path).includes(canary)))
      this.#canaryPaths.push(placeOf(entry));
  }

  wants(entry: LayerEntry): boolean {
    if (entry.kind !== "file" || entry.bytes === 0) return false;
    if (this.#canaries.length > 0 && entry.bytes <= 64_000_000) return true;
    return isText(entry) || isRecord(entry);
  }

  content(entry: LayerEntry, bytes: Buffer): void {
    if (this.#canaries.some((canary) => bytes.includes(canary))) this.#canaryPaths.push(placeOf(entry));
    if (isRecord(entry)) this.#record(entry.path, bytes.toString("utf8"));
    if (!isText(entry) || this.#found.length >= MOST_FOUND) return;
    const text = bytes.toString("latin1");
    const sightings = [
      ...shapedSecrets(text),
      ...(HOLDS_VALUES.test(base(entry.path)) || OF_GIT.test(entry.path) ? assignedSecrets(text) : []),
    ];
    for (const sighting of sightings) this.#found.push({ ...sighting, path: entry.path, layer: entry.layer });
  }

  found(tree: FinalTree): readonly SecretFile[] {
    return this.#found.map((secret) => ({
      ...secret,
      path: `/${secret.path}`,
      deleted: tree.get(secret.path)?.layer !== secret.layer,
      published: this.#recorded.has(secret.path),
    }));
  }

  canaries(): readonly string[] {
    return [...new Set(this.#canaryPaths)].slice(0, 20);
  }

  #record(path: string, text: string): void {
    const root = parent(parent(path));
    for (const line of text.split("\n")) {
      // `name,sha256=…,size`: only a file whose hash the wheel carried was published with it.
      const file = /^"?([^",]+)"?,sha256=/.exec(line)?.[1];
      if (file !== undefined && /\/(tests?|testing|examples?|docs?|samples?)\//.test(`/${file}`))
        this.#recorded.add(`${root}/${file}`);
    }
  }
}

const isText = (entry: LayerEntry): boolean => entry.bytes <= MOST_BYTES && !SKIP.test(entry.path);
const isRecord = (entry: LayerEntry): boolean => entry.path.endsWith(".dist-info/RECORD");
const placeOf = (entry: LayerEntry): string => `layer ${entry.layer}: /${entry.path}`;
