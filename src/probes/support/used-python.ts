import { posix } from "node:path";
import type { ImageConfig } from "../../model/types.ts";
import { minorOf } from "./source-hashes.ts";
import type { Paths } from "./paths.ts";

/** `/opt/conda/bin/python3.13`; links to it are followed. */
const PYTHON = /^python3?(\.\d+)?$/;

/**
 * Where the Python lies that an image starts, by its command and its PATH, such as `usr/local/`: an image may hold
 * another of the same version, as conda's or one of uv's beside the system's, which nobody starts.
 * @param tag Of the interpreter: `cpython-313`.
 * @returns undefined where none is found that has its standard library in its place.
 */
export function usedPython(
  paths: Paths,
  { env, entrypoint, command }: Pick<ImageConfig, "env" | "entrypoint" | "command">,
  tag: string,
): string | undefined {
  const minor = /^cpython-3(\d+)$/.exec(tag)?.[1];
  const named = [...entrypoint, ...command].filter((word) => word.startsWith("/") && PYTHON.test(posix.basename(word)));
  const folders = (env.find((entry) => entry.startsWith("PATH="))?.slice("PATH=".length) ?? "").split(":");
  const onPath = folders.flatMap((folder) => [`${folder}/python3`, `${folder}/python`]);
  for (const program of [...named, ...onPath]) {
    if (!program.startsWith("/") || paths.file(program) === undefined) continue;
    const prefix = posix.join(posix.dirname(paths.real(program)), "..");
    if (paths.file(posix.join(prefix, `lib/python3.${minor}/os.py`)) !== undefined)
      return `${prefix.replace(/^\/+|\/+$/g, "")}/`;
  }
  return undefined;
}

/** A file of a Python that is not the one that is started. */
export const isOfAnother = (path: string, used: string | undefined): boolean =>
  used !== undefined && minorOf(path) !== undefined && !path.startsWith(used);
