import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

/** Beside the script, for one version of node and one processor; for any other there is none, and the script is compiled. */
export const bytecodeFile = (file: string): string => `${file}.${process.version}-${process.arch}.bytecode`;

/** What the build writes around each script: it is called as it is. Put around it here, a megabyte would be copied once more. */
export const wrapper = { js: "(function(exports,require,module){", end: "})" } as const;

/**
 * So short a process ends before code for the processor pays for its compilation, be it optimised or not; and a regular
 * expression is compiled once, not first for the interpreter and then for the processor. (More room for what is new,
 * `--semi-space-growth-factor`, halves the collections and saves a fiftieth of the instructions, but a quarter more
 * pages are touched for the first time, and that costs more.)
 */
export const FLAGS = ["--no-opt", "--no-sparkplug", "--no-regexp-tier-up"] as const;

/** A bundled CommonJS script, and those beside it that it asks for: each is compiled and run when it is first asked for. */
export class Scripts {
  /** What was compiled so far, by its file. */
  readonly compiled = new Map<string, Script>();
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #nodes: NodeJS.Require;

  /** @param nodes `require`, for the modules of node. */
  constructor(nodes: NodeJS.Require) {
    this.#nodes = nodes;
    // They are part of what bytecode is for.
    setFlags(FLAGS.join(" "), nodes);
  }

  /**
   * From the bytecode that the build kept when there is some. node checks that the bytecode is of this node with these
   * flags; that it is of this script the name says, which holds the script's hash.
   */
  load(file: string): unknown {
    const loaded = this.#modules.get(file);
    if (loaded !== undefined) return loaded.exports;
    const module = { exports: {} };
    this.#modules.set(file, module);
    // Bundles are written in ASCII: read as such, they take half the memory.
    const script = new Script(readFileSync(file, "latin1"), { filename: file, cachedData: read(bytecodeFile(file)) });
    this.compiled.set(file, script);
    // Eighty modules ask for three of node: `require` takes longer to find one again.
    const known: Record<string, unknown> = {};
    const ask = (id: string) =>
      (known[id] ??= id.startsWith("./") ? this.load(join(dirname(file), id)) : this.#nodes(id));
    const run = script.runInThisContext() as (exports: object, require: typeof ask, module: object) => void;
    run(module.exports, ask, module);
    return module.exports;
  }
}

type V8 = Pick<typeof import("node:v8"), "setFlagsFromString">;

/**
 * `node:v8` loads the modules of streams before it sets a flag: a fortieth of an analysis. What lies beneath it comes
 * alone; node warns that it may be gone one day, and then we take the long way.
 */
function setFlags(flags: string, nodes: NodeJS.Require): void {
  const warned = process.noDeprecation;
  process.noDeprecation = true;
  try {
    (process as unknown as { binding(name: "v8"): V8 }).binding("v8").setFlagsFromString(flags);
  } catch {
    (nodes("node:v8") as V8).setFlagsFromString(flags);
  } finally {
    process.noDeprecation = warned;
  }
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
