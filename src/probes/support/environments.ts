import { posix } from "node:path";
import type { LayerEntry } from "../../engine/engine.ts";
import type { Paths } from "./paths.ts";
import { base, type FinalTree, parent } from "./tree.ts";

/** A path that something in a virtual environment or a script names, and that leads nowhere in the final image. */
export interface BrokenReference {
  readonly kind: "interpreter" | "base Python" | "editable" | "path file" | "Python version";
  /** The file that names it. */
  readonly path: string;
  readonly names: string;
}

export interface Environments {
  readonly folders: readonly string[];
  /** Scripts whose first line was read. */
  readonly scripts: number;
  readonly broken: readonly BrokenReference[];
}

const CONFIGURATION = /(^|\/)pyvenv\.cfg$/;
const PATH_FILE = /\/(site|dist)-packages\/[^/]+\.pth$/;
const DIRECT = /\/(site|dist)-packages\/[^/]+\.dist-info\/direct_url\.json$/;
const SCRIPT = /(^|\/)bin\/[^/]+$/;
/** Scripts of the operating system's own packages name what those packages need. */
const OF_THE_SYSTEM = /^(usr\/)?s?bin\//;
/** A package's own helpers are on no PATH, and were there before anything was copied: pyspark's for R, a driver's for node. */
const OF_A_PACKAGE = /\/(site|dist)-packages\//;
const MOST_BYTES = 1_000_000;

/** Checks after a copy between stages that what was built there still fits: scripts, links, path files, versions. */
export class EnvironmentSearch {
  readonly #texts = new Map<string, { readonly layer: number; readonly text: string }>();

  wants({ kind, path, bytes, mode }: LayerEntry): boolean {
    if (kind !== "file" || bytes > MOST_BYTES) return false;
    if (CONFIGURATION.test(path) || PATH_FILE.test(path) || DIRECT.test(path)) return true;
    return SCRIPT.test(path) && !OF_THE_SYSTEM.test(path) && !OF_A_PACKAGE.test(path) && (mode & 0o111) !== 0;
  }

  content({ path, layer }: LayerEntry, bytes: Buffer): void {
    if (SCRIPT.test(path) && !(bytes[0] === 0x23 && bytes[1] === 0x21)) this.#texts.delete(path);
    else this.#texts.set(path, { layer, text: bytes.toString("utf8", 0, SCRIPT.test(path) ? 600 : undefined) });
  }

  /** @param searchPath The image's PATH. */
  found(tree: FinalTree, paths: Paths, searchPath: string): Environments {
    const texts = [...this.#texts].filter(([path, { layer }]) => tree.get(path)?.layer === layer);
    const of = (shape: RegExp) =>
      texts.filter(([path]) => shape.test(path)).map(([path, { text }]) => ({ path, text }));
    const folders = of(CONFIGURATION).map(({ path }) => parent(path));
    const scripts = of(SCRIPT);
    const broken = [
      ...scripts.flatMap(({ path, text }) => scriptProblem(path, text, paths, searchPath)),
      ...of(CONFIGURATION).flatMap(({ path, text }) => environmentProblems(path, text, tree, paths)),
      ...of(DIRECT).flatMap(({ path, text }) => editableProblem(path, text, paths)),
      ...of(PATH_FILE).flatMap(({ path, text }) => pathFileProblems(path, text, paths)),
    ];
    return { folders: folders.map((folder) => `/${folder}`), scripts: scripts.length, broken };
  }
}

function scriptProblem(path: string, text: string, paths: Paths, searchPath: string): readonly BrokenReference[] {
  const [first = "", second = ""] = text.slice(2).split("\n");
  const [program = "", ...args] = first.trim().split(/\s+/);
  // A path that is too long for a first line stands in the second one, behind `exec`.
  const long = program === "/bin/sh" ? /^'''exec' "?([^"\s]+)"? "\$0"/.exec(second)?.[1] : undefined;
  const named = long ?? (base(program) === "env" ? args.find((arg) => !/^-|=/.test(arg)) : program) ?? "";
  const places = named.startsWith("/") ? [named] : searchPath.split(":").map((folder) => posix.join(folder, named));
  if (named === "" || places.some((place) => paths.file(place) !== undefined)) return [];
  return [{ kind: "interpreter", path: `/${path}`, names: named }];
}

function environmentProblems(file: string, text: string, tree: FinalTree, paths: Paths): readonly BrokenReference[] {
  const folder = `/${parent(file)}`;
  const broken: BrokenReference[] = [];
  const home = /^home\s*=\s*(.+)$/m.exec(text)?.[1]?.trim();
  if (home !== undefined && !paths.exists(home)) broken.push({ kind: "base Python", path: `/${file}`, names: home });
  const python = `${folder}/bin/python`;
  const program = paths.file(python);
  if (tree.get(python.slice(1)) !== undefined && program === undefined)
    broken.push({ kind: "base Python", path: python, names: paths.real(python) });
  return [...broken, ...versionProblem(folder, program?.path ?? "", tree)];
}

/** Modules of another Python are never looked at: their folder has its version in the name. */
function versionProblem(folder: string, program: string, tree: FinalTree): readonly BrokenReference[] {
  const minor = /^python3\.(\d+)$/.exec(base(program))?.[1];
  const installed = [...tree.entries()].find(({ path }) => path.startsWith(`${folder.slice(1)}/lib/python3.`));
  const built = /\/lib\/python3\.(\d+)\//.exec(`${installed?.path ?? ""}/`)?.[1];
  if (minor === undefined || built === undefined || minor === built) return [];
  return [{ kind: "Python version", path: `${folder}/lib/python3.${built}`, names: `/${program}` }];
}

/** What was installed as a link to its sources needs them. */
function editableProblem(file: string, text: string, paths: Paths): readonly BrokenReference[] {
  try {
    const { url = "", dir_info: info } = JSON.parse(text) as { url?: string; dir_info?: { editable?: boolean } };
    if (info?.editable !== true || !url.startsWith("file://")) return [];
    const names = decodeURIComponent(new URL(url).pathname);
    return paths.exists(names) ? [] : [{ kind: "editable", path: `/${file}`, names }];
  } catch {
    return [];
  }
}

/** Each line of a .pth that is no code names a folder of modules. */
function pathFileProblems(file: string, text: string, paths: Paths): readonly BrokenReference[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("/") && !paths.exists(line))
    .map((names) => ({ kind: "path file", path: `/${file}`, names }));
}
