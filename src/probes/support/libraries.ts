import { posix } from "node:path";
import type { LayerEntry } from "../../engine/engine.ts";
import { type ElfFile, readElf } from "./elf.ts";
import { loaderCache } from "./loader-cache.ts";
import type { Paths } from "./paths.ts";
import { base, type FinalTree } from "./tree.ts";

/** A library that a file of the image needs and that its loader would not find. */
export interface MissingLibrary {
  readonly path: string;
  /** A library's name, or the path of the loader itself. */
  readonly library: string;
  /** The package whose file it is: `deb git`, `pypi psycopg2`. */
  readonly owner: string | undefined;
  /** Where the image has it all the same: nothing there makes the loader look. */
  readonly elsewhere: string | undefined;
}

/** What the programs and libraries of the image need, resolved as the loader would. */
export interface Libraries {
  /** Programs and shared libraries of the final tree. */
  readonly files: number;
  readonly missing: readonly MissingLibrary[];
  /** Too large to be read. */
  readonly unread: readonly string[];
}

const MOST_BYTES = 64_000_000;
const SHARED = /\.so(\.[\w.]+)?$/;
const PROGRAM = /(^|\/)(s?bin|libexec)\/[^/]+$|(^|\/)ld[-\w.]*\.so/;
const CACHE = "etc/ld.so.cache";
const MUSL_PATH = /^etc\/ld-musl-[\w-]+\.path$/;
/** The driver brings these to the machine; an image must not. */
const FROM_THE_DRIVER = /^lib(cuda|nvidia-|nvcuvid|nvoptix|GLX_nvidia|EGL_nvidia)/;

/** Reads every program and library while the layers go by, and resolves what they need at the end. */
export class LibrarySearch {
  readonly #files = new Map<string, { readonly layer: number; readonly elf: ElfFile }>();
  readonly #unread = new Map<string, number>();
  #cache: ReadonlyMap<string, readonly string[]> | undefined;
  readonly #started: ReadonlySet<string>;
  #muslPath: readonly string[] = ["/lib", "/usr/local/lib", "/usr/lib"];

  /** @param argv What the image starts: its program may lie outside the folders for programs. */
  constructor(argv: readonly string[] = []) {
    this.#started = new Set(argv.map((word) => word.replace(/^\/+/, "")));
  }

  wants({ path, kind, bytes, mode, layer }: LayerEntry): boolean {
    if (kind !== "file") return false;
    if (path === CACHE || MUSL_PATH.test(path)) return true;
    if (!(SHARED.test(path) || ((mode & 0o111) !== 0 && (PROGRAM.test(path) || this.#started.has(path))))) return false;
    if (bytes > MOST_BYTES) this.#unread.set(path, layer);
    return bytes <= MOST_BYTES;
  }

  content({ path, layer }: LayerEntry, bytes: Buffer): void {
    if (path === CACHE) this.#cache = loaderCache(bytes);
    else if (MUSL_PATH.test(path)) this.#muslPath = bytes.toString("utf8").split(/[\n:]/).filter(Boolean);
    const elf = readElf(bytes);
    if (elf !== undefined) this.#files.set(path, { layer, elf });
  }

  found(
    tree: FinalTree,
    paths: Paths,
    {
      libraryPath,
      owner,
    }: {
      /** The image's LD_LIBRARY_PATH. */
      readonly libraryPath: string;
      readonly owner: (path: string) => string | undefined;
    },
  ): Libraries {
    const there = [...this.#files].filter(([path, { layer }]) => tree.get(path)?.layer === layer);
    const elves = new Map(there.map(([path, { elf }]) => [path, elf]));
    const places = placesByName(elves);
    const environment = libraryPath.split(":").filter((path) => path.startsWith("/"));
    const missing = withoutSpares(elves, owner, there).flatMap(([path, { elf }]) =>
      this.#absent(`/${path}`, elf, environment, (candidate) => fits(paths, elves, candidate, elf.machine)).map(
        (library) => ({
          path: `/${path}`,
          library,
          owner: owner(path),
          elsewhere: places.get(library)?.find((place) => elves.get(place.slice(1))?.machine === elf.machine),
        }),
      ),
    );
    const unread = [...this.#unread].filter(([path, layer]) => tree.get(path)?.layer === layer);
    return { files: there.length, missing, unread: unread.map(([path]) => `/${path}`) };
  }

  /** The libraries that the loader would not find, and the loader itself when it is not there. */
  #absent(
    path: string,
    elf: ElfFile,
    environment: readonly string[],
    isOk: (candidate: string) => boolean,
  ): readonly string[] {
    const origin = posix.dirname(path);
    const own = (elf.runpath.length > 0 ? elf.runpath : elf.rpath).map((folder) => expanded(folder, origin));
    const folders = [...environment, ...own, ...this.#folders(elf)];
    const isFound = (library: string) => candidates(library, folders).some(isOk) || this.#cached(library, isOk);
    const wanted = elf.needed.filter((library) => !FROM_THE_DRIVER.test(library));
    const loader = elf.interpreter === undefined || isOk(elf.interpreter) ? [] : [elf.interpreter];
    return [...loader, ...wanted.filter((library) => !isFound(library))];
  }

  #cached(library: string, isOk: (candidate: string) => boolean): boolean {
    return (this.#cache?.get(library) ?? []).some(isOk);
  }

  #folders({ interpreter, needed, machine }: ElfFile): readonly string[] {
    const isMusl = [interpreter ?? "", ...needed].some((name) => /(^|[/.-])musl[.-]/.test(name));
    return isMusl ? this.#muslPath : [...GNU_FOLDERS, ...(TRIPLETS[machine] ?? []).flatMap(ofTriplet)];
  }
}

/** A wheel may bring its module for several machines, as debugpy did: only that for the image's own is ever loaded. */
function withoutSpares<One extends readonly [string, { readonly elf: ElfFile }]>(
  elves: ReadonlyMap<string, ElfFile>,
  owner: (path: string) => string | undefined,
  files: readonly One[],
): readonly One[] {
  const counts = new Map<string, number>();
  for (const { machine } of elves.values()) counts.set(machine, (counts.get(machine) ?? 0) + 1);
  const [own] = [...counts].toSorted(([, a], [, b]) => b - a).map(([machine]) => machine);
  if (counts.size < 2) return files;
  const served = new Set([...elves].flatMap(([path, { machine }]) => (machine === own ? (owner(path) ?? []) : [])));
  return files.filter(([path, { elf }]) => elf.machine === own || !served.has(owner(path) ?? ""));
}

const GNU_FOLDERS = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"];
/** Debian's names for the machines that its loader has built in. */
const TRIPLETS: Readonly<Record<string, readonly string[]>> = {
  "64le-62": ["x86_64-linux-gnu"],
  "64le-183": ["aarch64-linux-gnu"],
  "32le-3": ["i386-linux-gnu"],
  "32le-40": ["arm-linux-gnueabihf"],
};
const ofTriplet = (triplet: string): readonly string[] => [`/lib/${triplet}`, `/usr/lib/${triplet}`];

const candidates = (library: string, folders: readonly string[]): readonly string[] =>
  library.includes("/") ? [library] : folders.map((folder) => `${folder}/${library}`);

function expanded(folder: string, origin: string): string {
  return folder.replaceAll(/\$\{?ORIGIN\}?/g, origin).replaceAll(/\$\{?LIB\}?/g, "lib");
}

/** The file is there, and is of the same machine as far as it was read. */
function fits(paths: Paths, elves: ReadonlyMap<string, ElfFile>, candidate: string, machine: string): boolean {
  const file = paths.file(candidate);
  if (file === undefined) return false;
  const elf = elves.get(file.path) ?? (file.link === undefined ? undefined : elves.get(file.link.replace(/^\/+/, "")));
  return elf === undefined || elf.machine === machine;
}

/** Libraries by file name and by the name that they give themselves. */
function placesByName(elves: ReadonlyMap<string, ElfFile>): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const [path, { soname }] of elves)
    for (const name of new Set([base(path), soname ?? base(path)]))
      places.set(name, [...(places.get(name) ?? []), `/${path}`]);
  return places;
}
