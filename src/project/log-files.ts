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
