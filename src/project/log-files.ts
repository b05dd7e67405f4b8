import type { PathUse, StartCommand } from "../model/types.ts";
import type { Tree } from "./tree.ts";
import { type Expression, within } from "./python-tree.ts";

/** What the configuration of logging calls a handler that writes a file. */
const FILE_HANDLER = /(?:^|\.)(?:\w*File)Handler$/;

/**
 * Names of files in a configuration for `logging.config.dictConfig`, such as Django's `LOGGING`: every handler of it is
 * made, and its file opened, whether or not a logger uses it.
 */
export function* configuredLogFiles(configuration: Expression): Generator<Expression> {
  for (const part of within(configuration)) {
    if (part.kind !== "dict") continue;
    const held = new Map(part.entries.flatMap(([key, value]) => (key.kind === "text" ? [[key.value, value]] : [])));
    const made = held.get("class") ?? held.get("()");
    const handler = made?.kind === "text" ? made.value : "";
    const file = held.get("filename");
    if (file !== undefined && FILE_HANDLER.test(handler)) yield file;
  }
}

/** A call that sends log lines to the file it names: `FileHandler(…)`, `basicConfig(filename=…)`, loguru's `add(…)`. */
export const isLogCall = (name: string): boolean =>
  FILE_HANDLER.test(name) || /(?:^|\.)basicConfig$/.test(name) || name === "loguru.logger.add";

/** Files that handlers of an ini configuration write, when the code reads it or the server is given it. */
export function iniLogFiles(
  tree: Tree,
  reads: readonly PathUse[],
  starts: readonly StartCommand[],
): readonly PathUse[] {
  const named = new Map<string, PathUse["when"]>(starts.flatMap(({ argv }) => argv.map((word) => [word, "start"])));
  for (const { path, when } of reads) named.set(path, when);
  return tree.files
    .filter((file) => /\.(?:ini|conf|cfg)$/.test(file) && named.has(file))
    .flatMap((file) => [...handlersIn(file, tree.read(file) ?? "", named.get(file) ?? "start")]);
}

function* handlersIn(file: string, text: string, when: PathUse["when"]): Generator<PathUse> {
  let writesFile = false;
  for (const [index, line] of text.split("\n").entries()) {
    const [, key = "", value = ""] = /^\s*(class|args|kwargs)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (line.startsWith("[")) writesFile = false;
    else if (key === "class") writesFile = FILE_HANDLER.test(value);
    const path = writesFile && key === "args" ? /^\(\s*(["'])([^"']+)\1/.exec(value)?.[2] : undefined;
    if (path !== undefined) yield { path, when, log: true, evidence: { file, line: index + 1, text: line.trim() } };
  }
}
