import type { LayerEntry } from "../../engine/engine.ts";
import type { Contents, InstalledPackage, OperatingSystem, OwnedBytes } from "../../model/types.ts";
import { cacheKind, ownerOf } from "../support/waste.ts";
import type { Paths } from "../support/paths.ts";
import type { FinalTree } from "../support/tree.ts";
import { apkPackages } from "./apk.ts";
import { DebPackages } from "./deb.ts";
import { Distributions } from "./distributions.ts";
import type { FoundPackage, PackageSource } from "./package.ts";
import { rpmPackages } from "./rpm.ts";

const RELEASE = /^(etc|usr\/lib)\/os-release$/;
/** Metadata and databases; a larger one is no such thing. */
const MOST_BYTES = 200_000_000;

/** Finds out what is installed while the layers go by, and whose each file is at the end. */
export class ContentsSearch {
  readonly #sources: readonly PackageSource[] = [new Distributions(), new DebPackages(), apkPackages(), rpmPackages()];
  /** A file of an installer's cache is no installation, but one may be linked to it. */
  readonly #cached = new Map<string, Buffer>();
  readonly #uvCache: string;
  #release: OperatingSystem | undefined;

  constructor(uvCache: string) {
    this.#uvCache = uvCache;
  }

  entry({ kind, path, link }: LayerEntry): void {
    const bytes = kind === "hardlink" && link !== undefined ? this.#cached.get(link.replace(/^\.?\/+/, "")) : undefined;
    if (bytes !== undefined) this.#tell(path, bytes);
  }

  wants({ kind, path, bytes }: LayerEntry): boolean {
    return (
      kind === "file" &&
      bytes <= MOST_BYTES &&
      (RELEASE.test(path) || this.#sources.some((source) => source.wants(path)))
    );
  }

  content({ path }: LayerEntry, bytes: Buffer): void {
    if (RELEASE.test(path)) this.#release = releaseIn(bytes.toString("utf8"));
    else if (cacheKind(path, this.#uvCache) === undefined) this.#tell(path, bytes);
    else this.#cached.set(path, bytes);
  }

  found(tree: FinalTree, paths: Paths, workdir: string): { readonly contents: Contents; readonly owners: Owners } {
    const isThere = (path: string) => tree.get(path) !== undefined;
    const found = this.#sources.flatMap((source) => source.packages(isThere));
    const owners = new Owners(found, paths);
    const bytes = new Map<FoundPackage | string, OwnedBytes>();
    for (const entry of tree.entries())
      if (entry.kind !== "directory") count(bytes, entry, owners, { workdir, uvCache: this.#uvCache });
    const system = metadataOfSystem(found);
    const packages = found.map((one): InstalledPackage => {
      const { files: _, metadata, ...rest } = one;
      const own = metadata !== undefined && system.has(metadata) ? { ofSystem: true as const } : {};
      return { ...rest, ...own, bytes: bytes.get(one)?.bytes ?? 0 };
    });
    const contents = {
      system: this.#release,
      packages: packages.toSorted((a, b) =>
        order(`${a.kind} ${a.name} ${a.version}`, `${b.kind} ${b.name} ${b.version}`),
      ),
      owners: [...bytes.values()].toSorted((a, b) => b.bytes - a.bytes || order(a.name, b.name)),
      waste: tree.waste(),
    };
    return { contents, owners };
  }

  #tell(path: string, bytes: Buffer): void {
    for (const source of this.#sources) if (source.wants(path)) source.content(path, bytes);
  }
}

/** Which package names a file as its own. */
export class Owners {
  readonly #packages = new Map<string, FoundPackage>();

  constructor(packages: readonly FoundPackage[], paths: Paths) {
    // Python's distributions come first in the list and last here: an operating system's package may ship them.
    for (const one of packages.toReversed())
      for (const file of one.files) this.#packages.set(realPath(file, paths), one);
  }

  /** @param path Without a leading slash. */
  of(path: string): FoundPackage | undefined {
    return this.#packages.get(path) ?? this.#packages.get(sourceOf(path));
  }

  /** `deb git`, `pypi uvicorn`. */
  nameOf(path: string): string | undefined {
    const owner = this.of(path);
    return owner && `${owner.kind} ${owner.name}`;
  }
}

/** Metadata of Python's distributions that the operating system's packages name as theirs. */
function metadataOfSystem(found: readonly FoundPackage[]): ReadonlySet<string> {
  const files = found.flatMap((one) => (one.kind === "pypi" ? [] : one.files));
  return new Set(files.flatMap((file) => /^.+\.(?:dist|egg)-info(?=\/|$)/.exec(file)?.[0] ?? []));
}

/** Databases name `/lib/x` where the image has `/lib` as a link to `/usr/lib`. Only those folders are ever moved so. */
function realPath(file: string, paths: Paths): string {
  return (/^\/(bin|sbin|lib\d*)\//.test(file) ? paths.real(file) : file).slice(1);
}

/** Bytecode is compiled after the installation, so no list names it; it belongs to its source. */
function sourceOf(path: string): string {
  return path.replace(/__pycache__\/([^/]+?)\.[\w-]+(\.opt-\d)?\.pyc$/, "$1.py");
}

function count(
  sums: Map<FoundPackage | string, OwnedBytes>,
  { path, bytes }: LayerEntry,
  owners: Owners,
  { workdir, uvCache }: { readonly workdir: string; readonly uvCache: string },
): void {
  const owner = owners.of(path);
  const words: Pick<OwnedBytes, "kind" | "name"> =
    owner === undefined
      ? unowned(path, workdir, uvCache)
      : { kind: owner.kind === "pypi" ? "distribution" : "operating system", name: owner.name };
  const key = owner ?? `${words.kind} ${words.name}`;
  const sum = sums.get(key) ?? { ...words, bytes: 0, files: 0 };
  sums.set(key, { ...sum, bytes: sum.bytes + bytes, files: sum.files + 1 });
}

/** What no package names, by its place. */
function unowned(path: string, workdir: string, uvCache: string): Pick<OwnedBytes, "kind" | "name"> {
  const cache = cacheKind(path, uvCache);
  if (cache !== undefined) return { kind: "cache", name: `cache of ${cache}` };
  const place = ownerOf(path, workdir);
  if (place === "Python packages") return { kind: "distribution", name: "in no RECORD" };
  if (place === "operating system") return { kind: place, name: "in no package" };
  if (place === "Python" || place === "application") return { kind: place, name: place };
  return { kind: "other", name: "other" };
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function releaseIn(text: string): OperatingSystem | undefined {
  const value = (name: string) => new RegExp(`^${name}=["']?(.*?)["']?\\s*$`, "m").exec(text)?.[1];
  const id = value("ID");
  return id === undefined ? undefined : { id, version: value("VERSION_ID") ?? "", name: value("PRETTY_NAME") ?? id };
}
