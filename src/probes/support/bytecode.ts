import { posix } from "node:path";
import type { LayerEntry } from "../../engine/engine.ts";
import type { ImageConfig } from "../../model/types.ts";
import { minorOf, type SourceHashes } from "./source-hashes.ts";
import { base, type FinalTree, parent } from "./tree.ts";
import { isOfAnother } from "./used-python.ts";
import { cacheKind } from "./waste.ts";

export type BytecodeArea = "standard library" | "packages" | "application";

/** What the bytecode of one area is worth. */
export interface BytecodeCount {
  readonly sources: number;
  /** The interpreter will use it as it is. */
  readonly valid: number;
  /** It is of another source or of another Python: compiled again at every start when the root is read-only. */
  readonly stale: number;
  /** Some of the stale ones, compiled from another source with an unchecked hash: that other source is what runs. */
  readonly otherCode?: number;
  /** Some of the valid ones, by hash, whose source was not read. */
  readonly uncompared?: number;
  readonly missing: number;
  /** Some of the stale and missing ones. */
  readonly examples: readonly string[];
}

/** The header of a .pyc: how Python decides whether it still fits its source (PEP 552). */
export interface PycHeader {
  readonly kind: "timestamp" | "checked-hash" | "unchecked-hash" | "broken";
  /** The first two bytes: which bytecode it is. */
  readonly magic: number;
  readonly modified: number;
  readonly bytes: number;
  /** Of its source, where it is by hash. */
  readonly hash: string;
}

const BROKEN: PycHeader = { kind: "broken", magic: 0, modified: 0, bytes: 0, hash: "" };

/** Reads the 16 bytes at the start of a .pyc. */
export function pycHeader(bytes: Buffer): PycHeader {
  if (bytes.length < 16 || bytes[2] !== 0x0d || bytes[3] !== 0x0a) return BROKEN;
  const magic = bytes.readUInt16LE(0);
  const flags = bytes.readUInt32LE(4);
  if (flags === 0)
    return { ...BROKEN, kind: "timestamp", magic, modified: bytes.readUInt32LE(8), bytes: bytes.readUInt32LE(12) };
  if (flags !== 1 && flags !== 3) return BROKEN;
  const hash = bytes.subarray(8, 16).toString("hex");
  return { ...BROKEN, kind: flags === 1 ? "unchecked-hash" : "checked-hash", magic, hash };
}

/** In a library: what no service imports, as tests, tools, and the installers that base images bring; not all of it is valid Python. */
const NOT_IMPORTED =
  /(^|\/)(tests?|testing|idlelib|lib2to3|turtledemo|ensurepip|pydoc_data|tkinter|templates?|lib-dynload|_pyrepl|config-[^/]*|pip|setuptools|bin|wheel|pkg_resources|_distutils_hack)(\/|$)/;
/** The same in an application, whose other folders may be named as it likes. */
const TESTS = /(^|\/)tests?\//;
/** Folders of scripts and of what is filled in later, which need no bytecode; what they have must still be their own. */
const NEEDS_NONE = /(^|\/)(bin|templates?)\//;
const IMPORTABLE = /^[\p{L}_][\p{L}\p{N}_]*\.py$/u;
const PACKAGES = /\/(site|dist)-packages\//;
const STANDARD = /^usr(\/local)?\/lib(64)?\/python3\.\d+\//;
const ALSO_PYTHON = /^(opt|root|home)\/.*\/lib\/python3\.\d+\//;

/** Examples and other data that packages put beside themselves: nothing imports them. */
const BESIDE_PACKAGES = /(?:^|\/)\.?venv\/(?:share|etc|include)\//;

/** Packages of the operating system's own tools. */
const OF_THE_SYSTEM = /^usr\/lib\/python3\/dist-packages\//;

interface Where {
  /** Folders of the application, without a slash at either end. */
  readonly folders: readonly string[];
  /** Scripts that the command names: Python compiles those itself, and never looks for their bytecode. */
  readonly mains: readonly string[];
  readonly uvCache: string;
}

/** Where a source belongs; undefined for one that is not counted. */
export function areaOf(
  path: string,
  { folders, uvCache }: Pick<Where, "folders" | "uvCache">,
): BytecodeArea | undefined {
  if (!path.endsWith(".py") || OF_THE_SYSTEM.test(path) || BESIDE_PACKAGES.test(path)) return undefined;
  // A cache below the working directory is not the application.
  if (cacheKind(path, uvCache) !== undefined) return undefined;
  if (PACKAGES.test(path)) return NOT_IMPORTED.test(path) ? undefined : "packages";
  if (STANDARD.test(path) || ALSO_PYTHON.test(path)) return NOT_IMPORTED.test(path) ? undefined : "standard library";
  const folder = folders.find((one) => path.startsWith(`${one}/`));
  return folder === undefined || TESTS.test(path.slice(folder.length)) ? undefined : "application";
}

/** Options of servers that say where the application's code lies. */
const FOLDER_OPTION = /^--(?:app-dir|chdir|pythonpath)(?:=|$)/;

/**
 * Where an image's own code lies, by what its configuration says: not every image sets a working directory, and Python
 * imports from wherever it is told to.
 */
export function applicationPlaces({
  workdir,
  env,
  entrypoint,
  command,
}: Pick<ImageConfig, "workdir" | "env" | "entrypoint" | "command">): Pick<Where, "folders" | "mains"> {
  const argv = [...entrypoint, ...command].flatMap((part) => part.split(/\s+/));
  const scripts = argv
    .filter((part) => /^[\w./][^=]*\.py$/.test(part))
    .map((part) => posix.resolve("/", workdir, part));
  const options = argv.flatMap((part, index) => {
    if (!FOLDER_OPTION.test(part)) return [];
    return [part.includes("=") ? part.slice(part.indexOf("=") + 1) : (argv[index + 1] ?? "")];
  });
  const paths = env.find((entry) => entry.startsWith("PYTHONPATH="))?.slice("PYTHONPATH=".length) ?? "";
  const folders = [
    workdir,
    ...paths.split(":").filter((path) => path.startsWith("/")),
    ...scripts.map(parent),
    ...options,
  ];
  // All of an image is nobody's application.
  const bare = (path: string) => path.replace(/^\/+|\/+$/g, "");
  return { folders: [...new Set(folders.map(bare))].filter((folder) => folder !== ""), mains: scripts.map(bare) };
}

/** Where Python looks for bytecode when it is told so from outside. */
export interface LooksFor {
  /** `PYTHONPYCACHEPREFIX`: a tree of its own, and no folder beside a source. */
  readonly prefix?: string;
  /** Of `-O` and `PYTHONOPTIMIZE`: bytecode of another level is none. */
  readonly optimization?: number;
}

/** By what the configuration of an image says. */
export function looksFor({ env, entrypoint, command }: Pick<ImageConfig, "env" | "entrypoint" | "command">): LooksFor {
  const value = (name: string) => env.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const prefix = value("PYTHONPYCACHEPREFIX");
  const options = /\bpython[\d.]*(?: -\w+)*? -(O+)(?: |$)/.exec([...entrypoint, ...command].join(" "))?.[1] ?? "";
  const asked = value("PYTHONOPTIMIZE");
  // Whatever is no number counts as 1.
  const optimization = Math.min(2, Math.max(options.length, asked === "" ? 0 : Number(/^\d+$/.exec(asked)?.[0] ?? 1)));
  return { ...(prefix === "" ? {} : { prefix }), ...(optimization === 0 ? {} : { optimization }) };
}

/** Compares each source with its bytecode. The tag tells which interpreter there is: `cpython-313`. */
export function countBytecode(
  tree: FinalTree,
  { headers, hashes }: { readonly headers: ReadonlyMap<string, PycHeader>; readonly hashes: SourceHashes },
  { tag, used, ...where }: Where & LooksFor & { readonly tag: string; readonly used?: string | undefined },
): Readonly<Partial<Record<BytecodeArea, BytecodeCount>>> {
  const counts: Partial<Record<BytecodeArea, Counting>> = {};
  const venvs = virtualEnvironments(tree);
  const magic = commonMagic(headers, tag);
  const isOnPath = (path: string, area: BytecodeArea) =>
    venvs.some((venv) => path.startsWith(venv)) ||
    // What the base image has installed for itself is not on the path of a virtual environment.
    (!isOfAnother(path, used) && !(area === "packages" && venvs.length > 0));
  for (const source of tree.entries()) {
    const area = source.kind === "file" && source.bytes > 0 ? areaOf(source.path, where) : undefined;
    if (area === undefined || otherInterpreter(source.path, tag)) continue;
    if (area !== "application" && !isOnPath(source.path, area)) continue;
    const path = cachedAt(source.path, tag, where);
    const header = tree.get(path) === undefined ? undefined : headers.get(path);
    const state = stateOf(source, header, magic, () => hashes.of(source.path, tag, magic));
    if (state[0] === "missing" && needsNone(source.path, area, where)) continue;
    note((counts[area] ??= { sources: 0, valid: 0, stale: 0, missing: 0, examples: [] }), source.path, state);
  }
  return counts;
}

function cachedAt(source: string, tag: string, { prefix, optimization = 0 }: LooksFor): string {
  const name = `${base(source).slice(0, -3)}.${tag}${optimization === 0 ? "" : `.opt-${optimization}`}.pyc`;
  const folder = parent(source);
  return prefix === undefined ? `${folder}/__pycache__/${name}` : posix.join(prefix, folder, name).replace(/^\/+/, "");
}

/** Nobody looks for the bytecode of a script, nor of what no import can name, such as gunicorn.conf.py. */
const needsNone = (path: string, area: BytecodeArea, { mains }: Where): boolean =>
  mains.includes(path) || (area === "application" && (NEEDS_NONE.test(path) || !IMPORTABLE.test(base(path))));

function note(count: Counting, path: string, [state, why]: State): void {
  count.sources += 1;
  count[state] += 1;
  if (why === OTHER_CODE) count.otherCode = (count.otherCode ?? 0) + 1;
  if (why === UNCOMPARED) count.uncompared = (count.uncompared ?? 0) + 1;
  if (state === "valid") return;
  const example = `${path} (${why ?? state})`;
  // What runs other code than the image shows is the worst of them.
  if (why === OTHER_CODE && count.otherCode === 1) count.examples.unshift(example);
  else if (state === "stale" && count.stale === 1) count.examples.unshift(example);
  else if (count.examples.length < 5) count.examples.push(example);
}

/** The bytecode's version that most files of this interpreter have. */
function commonMagic(headers: ReadonlyMap<string, PycHeader>, tag: string): number {
  const counts = new Map<number, number>();
  for (const [path, { kind, magic }] of headers)
    if (kind !== "broken" && base(path).includes(`.${tag}.`)) counts.set(magic, (counts.get(magic) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? 0;
}

function virtualEnvironments(tree: FinalTree): readonly string[] {
  const files = [...tree.entries()].filter(({ path }) => base(path) === "pyvenv.cfg");
  return files.map(({ path }) => `${parent(path)}/`);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Counting = Writable<Omit<BytecodeCount, "examples">> & { examples: string[] };

/** The standard library of an interpreter that the service does not use. */
function otherInterpreter(path: string, tag: string): boolean {
  const minor = minorOf(path);
  return minor !== undefined && tag !== "" && tag !== `cpython-3${minor}`;
}

const OTHER_CODE = "stale: an unchecked hash of another source";
const UNCOMPARED = "by hash, its source not read";

type State = readonly [state: "valid" | "stale" | "missing", why?: string];

function stateOf(
  source: LayerEntry,
  header: PycHeader | undefined,
  magic: number,
  hash: () => string | undefined,
): State {
  if (header === undefined) return ["missing"];
  if (header.kind === "broken") return ["stale", "stale: a broken header"];
  if (header.magic !== magic) return ["stale", "stale: of another Python"];
  if (header.kind === "timestamp") {
    const same = header.modified === Math.floor(source.modified) >>> 0 && header.bytes === source.bytes;
    return same ? ["valid"] : ["stale", "stale: of another time or size"];
  }
  const wanted = hash();
  if (wanted === undefined) return ["valid", UNCOMPARED];
  if (wanted === header.hash) return ["valid"];
  return ["stale", header.kind === "unchecked-hash" ? OTHER_CODE : "stale: the hash of another source"];
}

/** The tag that most bytecode files of the packages and the application carry, else that of the interpreter's folder. */
export function interpreterTag(tree: FinalTree): string {
  const counts = new Map<string, number>();
  const count = (tag: string, weight: number) => counts.set(tag, (counts.get(tag) ?? 0) + weight);
  for (const { path, kind } of tree.entries()) {
    if (kind !== "file") continue;
    const minor = /\/python3\.(\d+)\/(site-packages\/)?/.exec(path);
    // What lies in site-packages was installed for the interpreter that the service runs on.
    if (minor !== null && path.endsWith(".py")) count(`cpython-3${minor[1]}`, minor[2] === undefined ? 1 : 1000);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? "";
}
