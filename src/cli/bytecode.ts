import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";

/** Beside the script, for one version of node and one processor; for any other there is none, and the script is compiled. */
export const bytecodeFile = (file: string): string => `${file}.${process.version}-${process.arch}.bytecode`;

/** What the build writes around each script: it is called as it is. Put around it here, a megabyte would be copied once more. */
export const wrapper = { js: "(function(exports,require,module){", end: "})" } as const;

/** A bundled CommonJS script, and those beside it that it asks for: each is compiled and run when it is first asked for. */
export class Scripts {
  /** What was compiled so far, by its file. */
  readonly compiled = new Map<string, Script>();
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #nodes: NodeJS.Require;

  /** @param nodes `require`, for the modules of node. */
  constructor(nodes: NodeJS.Require) {
    this.#nodes = nodes;
    // So short a process ends before code for the processor pays for its compilation, be it optimised or not; and a
    // regular expression is compiled once, not first for the interpreter and then for the processor. Flags are part of
    // what bytecode is for.
    setFlagsFromString("--no-opt --no-sparkplug --no-regexp-tier-up");
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
    const ask = (id: string) => (id.startsWith("./") ? this.load(join(dirname(file), id)) : this.#nodes(id));
    const run = script.runInThisContext() as (exports: object, require: typeof ask, module: object) => void;
    run(module.exports, ask, module);
    return module.exports;
  }
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
