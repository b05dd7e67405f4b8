import { imageName, pythonOfImage } from "../dockerfile/image-name.ts";
import { lineOf, shippedStage } from "../dockerfile/stages.ts";
import type { Dockerfile, Evidence, Fact, PythonFacts } from "../model/types.ts";
import type { LockReading } from "./lock-reading.ts";
import type { Pipfile } from "./pipfile.ts";
import { inProject } from "./project-folder.ts";
import type { Pyproject } from "./pyproject.ts";
import type { SetupFiles } from "./setup-files.ts";
import { SourceText } from "./source-text.ts";
import type { Tree } from "./tree.ts";

export interface PythonInput {
  readonly tree: Tree;
  /** Where the project lies, where that is not the top. */
  readonly folder?: string | undefined;
  readonly pyproject: Pyproject | undefined;
  readonly pipfile: Pipfile | undefined;
  readonly setup?: SetupFiles | undefined;
  readonly lock: { readonly path: string; readonly reading: LockReading } | undefined;
}

/** Which Python the files ask for. */
export const readPythonFacts = (input: PythonInput): PythonFacts => ({
  requires: requiresOf(input),
  pinned: (input.folder === undefined ? undefined : pinnedBy(input.tree, input.folder)) ?? pinnedBy(input.tree),
});

function requiresOf({ tree, pyproject, pipfile, setup, lock }: PythonInput): Fact<string> | undefined {
  if (pyproject?.requires !== undefined)
    return certain(pyproject.requires.value, pyproject.toml.evidence(pyproject.requires.path));
  if (pipfile?.requires !== undefined) return pipfile.requires;
  if (setup?.requires !== undefined) return certain(setup.requires.value, setup.requires.evidence);
  return ofSetupCfg(tree) ?? ofLock(tree, lock);
}

/** The Python of the shipped image, and where its base does not say, the one that the project pins or demands. */
export function pythonInUse(dockerfile: Dockerfile | undefined, { pinned, requires }: PythonFacts): string | undefined {
  const shipped = dockerfile === undefined ? undefined : shippedStage(dockerfile);
  const base = dockerfile === undefined || shipped === undefined ? undefined : lineOf(dockerfile, shipped)[0];
  const ofBase = base === undefined ? undefined : pythonOfImage(imageName(base.resolvedBase));
  const only = /^==\s*(3\.\d+(?:\.\d+)?)(?:\.\*)?$/.exec(requires?.value ?? "")?.[1];
  return ofBase ?? /^3\.\d+(?:\.\d+)?/.exec(pinned?.value ?? "")?.[0] ?? only;
}

/** setuptools before pyproject.toml. */
function ofSetupCfg(tree: Tree): Fact<string> | undefined {
  const text = tree.read("setup.cfg");
  const match = /^python_requires\s*=\s*(\S.*)$/m.exec(text ?? "");
  if (text === undefined || match === null) return undefined;
  return certain((match[1] ?? "").trim(), new SourceText("setup.cfg", text).at(match.index));
}

function ofLock(tree: Tree, lock: PythonInput["lock"]): Fact<string> | undefined {
  const text = lock === undefined ? undefined : tree.read(lock.path);
  const value = lock?.reading.requiresPython;
  if (text === undefined || lock === undefined || value === undefined) return undefined;
  const key = /^\s*"?(?:requires-python|python-versions|requires_python|python_(?:full_)?version)"?\s*[:=]/m.exec(text);
  return certain(value, new SourceText(lock.path, text).at(key?.index ?? 0));
}

/** Files that pin one Python, the first that does so. */
const PINS: ReadonlyArray<readonly [string, RegExp]> = [
  [".python-version", /^\s*(?:cpython[-@]?|python-?)?(\d+(?:\.\d+)*\w*)\s*$/m],
  [".tool-versions", /^\s*python\s+(\d+(?:\.\d+)*\w*)/m],
  ...[
    "mise.toml",
    ".mise.toml",
    "mise/config.toml",
    ".mise/config.toml",
    ".config/mise.toml",
    ".config/mise/config.toml",
  ].map(
    // Of several the first is the one that `python` means.
    (file) => [file, /^\s*python\s*=\s*(?:\[\s*|\{[^}\n]*?version\s*=\s*)?["'](\d+(?:\.\d+)*)["']/m] as const,
  ),
  ["runtime.txt", /^\s*python-(\d+(?:\.\d+)*)\s*$/m],
];

function pinnedBy(tree: Tree, folder?: string): Fact<string> | undefined {
  for (const [name, pattern] of PINS) {
    const file = inProject(folder, name);
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
