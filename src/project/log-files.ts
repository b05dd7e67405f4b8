import type { PathUse, StartCommand } from "../model/types.ts";
import { tableAt, textAt } from "./toml.ts";
import type { Tree } from "./tree.ts";
import { readYaml } from "./yaml-file.ts";
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

/** Files that the handlers of a configuration file write, when the code reads it or the server is given it. */
export async function logFilesOfFiles(
  tree: Tree,
  reads: readonly PathUse[],
  starts: readonly StartCommand[],
): Promise<readonly PathUse[]> {
  // `--log-config /app/log.yaml`, `--log-config=log.yaml`: the image has it somewhere else than the folder.
  const given = starts.flatMap(({ argv }) => argv.map((word) => word.slice(word.indexOf("=") + 1)));
  const whenNamed = (file: string): PathUse["when"] | undefined => {
    if (
      given.some((word) => word === file || word === `./${file}` || (word.startsWith("/") && word.endsWith(`/${file}`)))
    )
      return "start";
    return reads.find(({ path }) => path === file)?.when;
  };
  const uses: PathUse[] = [];
  for (const file of tree.files) {
    const [, ending = ""] = /\.(ini|conf|cfg|ya?ml|json)$/.exec(file) ?? [];
    const when = ending === "" ? undefined : whenNamed(file);
    const text = when === undefined ? undefined : tree.read(file);
    if (when === undefined || text === undefined || !text.includes("FileHandler")) continue;
    if (/^(?:ya?ml|json)$/.test(ending)) uses.push(...(await handlersInTable(file, text, when)));
    else uses.push(...handlersIn(file, text, when));
  }
  return uses;
}

/** `handlers` of a configuration for `dictConfig`, as YAML or JSON. What is wrong with the file is for its reader to say. */
async function handlersInTable(file: string, text: string, when: PathUse["when"]): Promise<readonly PathUse[]> {
  const documents = await readYaml(file, text, []);
  return documents.flatMap((document) =>
    [["handlers"], ["logging", "handlers"]].flatMap((path) => {
      const handlers = tableAt(document.value, ...path);
      return Object.keys(handlers).flatMap((name): readonly PathUse[] => {
        const filename = textAt(handlers, name, "filename");
        if (filename === undefined || !FILE_HANDLER.test(textAt(handlers, name, "class") ?? "")) return [];
        return [{ path: filename, when, log: true, evidence: document.evidence([...path, name, "filename"]) }];
      });
    }),
  );
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
