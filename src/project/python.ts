import type { Evidence, Fact, PythonFacts } from "../model/types.ts";
import type { LockReading } from "./lock-uv.ts";
import type { Pyproject } from "./pyproject.ts";
import { SourceText } from "./source-text.ts";
import type { Tree } from "./tree.ts";

/** Which Python the files ask for. */
export function readPythonFacts(
  tree: Tree,
  pyproject: Pyproject | undefined,
  lock: { readonly path: string; readonly reading: LockReading } | undefined,
): PythonFacts {
  return { requires: requiresOf(tree, pyproject, lock), pinned: pinnedBy(tree) };
}

function requiresOf(
  tree: Tree,
  pyproject: Pyproject | undefined,
  lock: { readonly path: string; readonly reading: LockReading } | undefined,
): Fact<string> | undefined {
  if (pyproject?.requires !== undefined)
    return certain(pyproject.requires.value, pyproject.toml.evidence(pyproject.requires.path));
  const text = lock === undefined ? undefined : tree.read(lock.path);
  const fromLock = lock?.reading.requiresPython;
  if (text !== undefined && lock !== undefined && fromLock !== undefined)
    return certain(fromLock, new SourceText(lock.path, text).find(fromLock));
  const pipfile = tree.read("Pipfile");
  const version = /^python_(?:full_)?version\s*=\s*["']([\d.]+)["']/m.exec(pipfile ?? "");
  if (pipfile === undefined || version === null) return undefined;
  return certain(`==${version[1]}.*`, new SourceText("Pipfile", pipfile).at(version.index));
}

/** Files that pin one Python, the first that does so. */
const PINS: ReadonlyArray<readonly [string, RegExp]> = [
  [".python-version", /^\s*(?:cpython[-@]?|python-?)?(\d+(?:\.\d+)*\w*)\s*$/m],
  [".tool-versions", /^\s*python\s+(\d+(?:\.\d+)*\w*)/m],
  ["mise.toml", /^\s*python\s*=\s*["'](\d+(?:\.\d+)*)["']/m],
  [".mise.toml", /^\s*python\s*=\s*["'](\d+(?:\.\d+)*)["']/m],
  ["runtime.txt", /^\s*python-(\d+(?:\.\d+)*)\s*$/m],
];

function pinnedBy(tree: Tree): Fact<string> | undefined {
  for (const [file, pattern] of PINS) {
    const text = tree.read(file);
    const match = text === undefined ? null : pattern.exec(text);
    if (text !== undefined && match !== null) {
      const from = match.index + match[0].indexOf(match[1] ?? "");
      return certain(match[1] ?? "", new SourceText(file, text).at(from));
    }
  }
  return undefined;
}

const certain = (value: string, evidence: Evidence): Fact<string> => ({
  value,
  confidence: "certain",
  evidence: [evidence],
});
