import { literal } from "../kit/pattern.ts";
import type { StartCommand } from "../model/types.ts";
import { type Scripts, startedFile } from "./own-server.ts";
import type { PythonFile, PythonSources } from "./python-source.ts";
import { servesWeb } from "./unwrap.ts";
import { enclosing } from "./python-tree.ts";

/**
 * Whether a file is a script that somebody runs by hand: it begins with itself (`if __name__ == "__main__"`), nothing
 * that starts the service names it, and no other file of the service imports or names it but such scripts.
 */
export function isRunByHand(sources: PythonSources, file: PythonFile, starts: readonly StartCommand[]): boolean {
  if (starts.length === 0 || !file.calls.some(({ scope }) => enclosing(scope, "main") !== undefined)) return false;
  const seen = new Set<string>();
  const isOfService = (path: string): boolean => {
    if (seen.has(path)) return false;
    seen.add(path);
    // Of a heap of scripts that all name each other, nobody knows.
    return seen.size > MOST_SCRIPTS || isStartable(path, starts) || namedBy(sources, path).some(isUsed);
  };
  const isUsed = (path: string): boolean => !BEGINS.test(sources.text(path) ?? "") || isOfService(path);
  return !isOfService(file.source.file);
}

const MOST_SCRIPTS = 20;
const BEGINS = /^if __name__ == ["']__main__["']:/m;

/** The files that import a file, or name it. */
function namedBy(sources: PythonSources, path: string): readonly string[] {
  const written = literal(namesOf(path).stem).source;
  const mention = new RegExp(String.raw`\b(?:import|from)\b[^\n]*\b${written}\b|\b${written}\.py\b`);
  return sources.paths.filter((other) => other !== path && mention.test(sources.text(other) ?? ""));
}

/** Whether something may start this file itself: what stands below `if __name__ == "__main__"` runs in no other case. */
export const mayBegin = (file: PythonFile, starts: readonly StartCommand[]): boolean =>
  isStartable(file.source.file, starts);

function isStartable(path: string, starts: readonly StartCommand[]): boolean {
  if (starts.length === 0) return true;
  const { name, stem } = namesOf(path);
  if (/^(?:__main__|__init__|manage|main|app|server|wsgi|asgi|run)$/.test(stem)) return true;
  return starts.some(({ argv }) => argv.some((word) => word.includes(name) || word.split(/[:.]/).includes(stem)));
}

/** What a developer starts on a machine of their own. */
const BY_DEVELOPERS: ReadonlySet<StartCommand["source"]> = new Set(["makefile", "ci", "devcontainer"]);

/**
 * Whether something runs a file as itself. Where the image starts a server by its name, that imports the service, and
 * only what others start is run so; whatever else the image starts may run any file.
 */
export function runsAsItself(
  sources: PythonSources,
  starts: readonly StartCommand[],
  scripts: Scripts,
): (file: PythonFile) => boolean {
  const first = starts.find(({ source }) => source === "dockerfile");
  if (first === undefined || !servesWeb(first) || first.argv[1]?.endsWith(".py") === true) return () => true;
  const counting = starts.filter(({ source }) => !BY_DEVELOPERS.has(source));
  const started = new Set(counting.flatMap(({ argv }) => startedFile(sources, argv, scripts) ?? []));
  return (file) => started.has(file);
}

function namesOf(path: string): { readonly name: string; readonly stem: string } {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return { name, stem: name.replace(/\.py$/, "") };
}
