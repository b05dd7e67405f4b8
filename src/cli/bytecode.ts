import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";

/** A bundled CommonJS script, compiled but not run. */
export interface Compiled {
  readonly script: Script;
  readonly run: () => unknown;
}

/** Beside the script, for one version of node and one processor; for any other there is none, and the script is compiled. */
export const bytecodeFile = (file: string): string => `${file}.${process.version}-${process.arch}.bytecode`;

/** What the build writes around the bundle: `run` calls it. Put around it here, a megabyte would be copied once more. */
export const wrapper = { js: "(function(exports,require,module){", end: "})" } as const;

/**
 * Compiles a bundled script, from the bytecode that the build kept when there is some. node checks that the bytecode is
 * of this node with these flags; that it is of this script the name says, which holds the script's hash. The script asks
 * `require` for modules of node only.
 */
export function compile(file: string, require: NodeJS.Require): Compiled {
  // So short a process ends before optimised code pays for its compilation; and a regular expression is compiled once,
  // not first for the interpreter and then for the processor. Flags are part of what bytecode is for.
  setFlagsFromString("--no-opt --no-regexp-tier-up");
  // The bundle is written in ASCII: read as such, it takes half the memory.
  const source = readFileSync(file, "latin1");
  const script = new Script(source, { filename: file, cachedData: read(bytecodeFile(file)) });
  const run = () => {
    const module = { exports: {} };
    const load = script.runInThisContext() as (exports: object, require: NodeJS.Require, module: object) => void;
    load(module.exports, require, module);
    return module.exports;
  };
  return { script, run };
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
