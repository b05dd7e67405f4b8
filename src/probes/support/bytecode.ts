import type { LayerEntry } from "../../engine/engine.ts";
import { base, type FinalTree, parent } from "./tree.ts";

export type BytecodeArea = "standard library" | "packages" | "application";

/** What the bytecode of one area is worth. */
export interface BytecodeCount {
  readonly sources: number;
  /** The interpreter will use it as it is. */
  readonly valid: number;
  /** It names another time or size than its source has: compiled again at every start when the root is read-only. */
  readonly stale: number;
  readonly missing: number;
  /** Some of the stale and missing ones. */
  readonly examples: readonly string[];
}

/** The header of a .pyc: how Python decides whether it still fits its source (PEP 552). */
export interface PycHeader {
  readonly kind: "timestamp" | "checked-hash" | "unchecked-hash" | "broken";
  readonly modified: number;
  readonly bytes: number;
}

/** Reads the 16 bytes at the start of a .pyc. */
export function pycHeader(bytes: Buffer): PycHeader {
  if (bytes.length < 16 || bytes[2] !== 0x0d || bytes[3] !== 0x0a) return { kind: "broken", modified: 0, bytes: 0 };
  const flags = bytes.readUInt32LE(4);
  if (flags === 0) return { kind: "timestamp", modified: bytes.readUInt32LE(8), bytes: bytes.readUInt32LE(12) };
  if (flags === 1) return { kind: "unchecked-hash", modified: 0, bytes: 0 };
  return { kind: flags === 3 ? "checked-hash" : "broken", modified: 0, bytes: 0 };
}

/** Sources that no service imports: tests, tools, and the installers that base images bring; not all of it is valid Python. */
const NOT_IMPORTED =
  /(^|\/)(tests?|testing|idlelib|lib2to3|turtledemo|ensurepip|pydoc_data|tkinter|templates?|lib-dynload|_pyrepl|config-[^/]*|pip|setuptools|bin|wheel|pkg_resources|_distutils_hack)(\/|$)/;
const PACKAGES = /\/(site|dist)-packages\//;
const STANDARD = /^usr(\/local)?\/lib(64)?\/python3\.\d+\//;
const ALSO_PYTHON = /^(opt|root|home)\/.*\/lib\/python3\.\d+\//;

/** Packages of the operating system's own tools. */
const OF_THE_SYSTEM = /^usr\/lib\/python3\/dist-packages\//;

/** Where a source belongs; undefined for one that is not counted. */
function areaOf(path: string, workdir: string): BytecodeArea | undefined {
  if (!path.endsWith(".py") || NOT_IMPORTED.test(path) || OF_THE_SYSTEM.test(path)) return undefined;
  if (PACKAGES.test(path)) return "packages";
  if (STANDARD.test(path) || ALSO_PYTHON.test(path)) return "standard library";
  return workdir !== "" && path.startsWith(`${workdir}/`) ? "application" : undefined;
}

/** Compares each source with its bytecode. The tags tell which interpreters there are: `cpython-313`. */
export function countBytecode(
  tree: FinalTree,
  headers: ReadonlyMap<string, PycHeader>,
  { workdir, tag }: { readonly workdir: string; readonly tag: string },
): Readonly<Partial<Record<BytecodeArea, BytecodeCount>>> {
  const counts: Partial<Record<BytecodeArea, Counting>> = {};
  const venvs = virtualEnvironments(tree);
  for (const source of tree.entries()) {
    const area = source.kind === "file" && source.bytes > 0 ? areaOf(source.path, workdir) : undefined;
    if (area === undefined || otherInterpreter(source.path, tag)) continue;
    // What the base image has installed for itself is not on the path of a virtual environment.
    if (area === "packages" && venvs.length > 0 && !venvs.some((venv) => source.path.startsWith(venv))) continue;
    const count = (counts[area] ??= { sources: 0, valid: 0, stale: 0, missing: 0, examples: [] });
    count.sources += 1;
    const state = stateOf(source, tree, headers, tag);
    count[state] += 1;
    if (state !== "valid" && count.examples.length < 5) count.examples.push(`${source.path} (${state})`);
  }
  return counts;
}

function virtualEnvironments(tree: FinalTree): readonly string[] {
  const files = [...tree.entries()].filter(({ path }) => base(path) === "pyvenv.cfg");
  return files.map(({ path }) => `${parent(path)}/`);
}

type Counting = { -readonly [K in Exclude<keyof BytecodeCount, "examples">]: number } & { examples: string[] };

/** The standard library of an interpreter that the service does not use. */
function otherInterpreter(path: string, tag: string): boolean {
  const minor = /\/python3\.(\d+)\//.exec(path)?.[1];
  return minor !== undefined && tag !== "" && tag !== `cpython-3${minor}`;
}

function stateOf(
  source: LayerEntry,
  tree: FinalTree,
  headers: ReadonlyMap<string, PycHeader>,
  tag: string,
): "valid" | "stale" | "missing" {
  const path = `${parent(source.path)}/__pycache__/${base(source.path).slice(0, -3)}.${tag}.pyc`;
  const header = headers.get(path);
  if (header === undefined || tree.get(path) === undefined) return "missing";
  if (header.kind === "broken") return "stale";
  if (header.kind !== "timestamp") return "valid";
  return header.modified === Math.floor(source.modified) >>> 0 && header.bytes === source.bytes ? "valid" : "stale";
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
