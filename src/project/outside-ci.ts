import { posix } from "node:path";
import { asSeenFrom } from "./above.ts";
import { addCommandTarget, addScript, addTarget, type Outside } from "./outside.ts";
import { childrenOf, isTable, listAt, tableAt, textAt, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { simpleCommands } from "./unwrap.ts";
import { type Path, readYaml, type YamlDocument } from "./yaml-file.ts";

const CI = /^(?:\.github\/workflows\/[^/]+|\.gitlab-ci|\.circleci\/config|bitbucket-pipelines|azure-pipelines)\.ya?ml$/;

/** A path as CI writes it, relative to the service's folder. */
type Seen = (path: string) => string;

/** CI of this folder; and that of the repository's top, as far as it works in this folder or builds an image of it. */
export async function readCi(tree: Tree, outside: Outside, problems: TreeProblem[]): Promise<void> {
  for (const file of tree.files.filter((one) => CI.test(one))) {
    const text = tree.read(file);
    if (text === undefined) continue;
    for (const document of await readYaml(file, text, problems)) {
      for (const { script, path } of scriptsIn(document.value)) addCiScript(document, script, path, outside);
      if (text.includes("build-push-action")) readBuildSteps(document, outside, (path) => path);
    }
  }
  for (const [file, text] of tree.above ?? []) {
    const up = /^(?:\.\.\/)+/.exec(file)?.[0] ?? "";
    if (!CI.test(file.slice(up.length))) continue;
    const seen = (path: string) => asSeenFrom(tree.root, posix.join(up, path));
    for (const document of await readYaml(file, text, [])) readAbove(document, outside, seen);
  }
}

function readAbove(document: YamlDocument, outside: Outside, seen: Seen): void {
  for (const { script, path } of scriptsIn(document.value)) {
    const folder = workingDirectory(document.value, path);
    if (seen(folder) === "") addCiScript(document, script, path, outside);
    // Of what works elsewhere, only what it builds here.
    else
      for (const { words } of simpleCommands(script))
        addCommandTarget(outside, words, placeOf(document, path), (file) => seen(posix.join(folder, file)));
  }
  readBuildSteps(document, outside, seen);
}

/** Where a step of a workflow runs: as it says itself, or its job, or the workflow. */
function workingDirectory(workflow: unknown, path: Path): string {
  const defaults = [path.slice(0, 2), []].map((at) => [...at, "defaults", "run"]);
  const named = [path.slice(0, -1), ...defaults].map((at) => textAt(reach(workflow, at), "working-directory"));
  return named.find((one) => one !== undefined) ?? ".";
}

/** Through tables and lists. */
function reach(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path)
    if (typeof key === "string") at = valueAt(at, key);
    else at = Array.isArray(at) ? (at[key] as unknown) : undefined;
  return at;
}

function placeOf(document: YamlDocument, path: Path): (part: string) => ReturnType<YamlDocument["evidence"]> {
  const { source } = document;
  const { line } = document.evidence(path);
  const start = source.text.split("\n", line - 1).join("\n").length;
  return (part) => source.find(part, start);
}

const addCiScript = (document: YamlDocument, script: string, path: Path, outside: Outside): void =>
  addScript(outside, "ci", script, placeOf(document, path));

/** `target:` of the steps that build an image with docker/build-push-action. */
function readBuildSteps(document: YamlDocument, outside: Outside, seen: Seen): void {
  for (const [job, table] of Object.entries(tableAt(document.value, "jobs")))
    for (const [index, step] of listAt(table, "steps").entries()) {
      const written = textAt(step, "with", "target");
      if (written === undefined || textAt(step, "uses")?.includes("build-push-action") !== true) continue;
      const stages = stagesOf(written, valueAt(table, "strategy", "matrix"));
      // Built to see whether it builds, and thrown away.
      const isTried =
        /^false$/i.test(String(valueAt(step, "with", "push"))) && valueAt(step, "with", "load") === undefined;
      const evidence = document.evidence(["jobs", job, "steps", index, "with", "target"]);
      const file = textAt(step, "with", "file");
      const context = textAt(step, "with", "context") ?? ".";
      const dockerfile = seen(file === undefined ? posix.join(context, "Dockerfile") : posix.normalize(file));
      if (dockerfile.startsWith("../")) continue;
      // Several of them: none is the one that ships.
      const by = isTried || stages.length > 1 ? "command" : "step";
      for (const stage of stages) addTarget(outside, { by, dockerfile, stage, evidence });
    }
}

/** `${{ matrix.target }}` stands for each value that the job's matrix gives it. */
function stagesOf(written: string, matrix: unknown): readonly string[] {
  const name = /^\$\{\{\s*matrix\.([\w-]+)(?:\.([\w-]+))?\s*\}\}$/.exec(written);
  if (name === null || !isTable(matrix)) return [written];
  const [, first = "", second] = name;
  const values = [...listAt(matrix, first), ...listAt(matrix, "include").map((one) => valueAt(one, first))];
  return [
    ...new Set(
      values
        .map((value) => (second === undefined ? value : valueAt(value, second)))
        .filter((value): value is string => typeof value === "string"),
    ),
  ];
}

/** Every `run:` of a GitHub workflow, with CircleCI's `command:` below it, and every line of a `script:`. */
function* scriptsIn(value: unknown, path: Path = []): Generator<{ readonly script: string; readonly path: Path }> {
  if (path.length > 12) return;
  for (const [key, child] of childrenOf(value)) {
    const here = [...path, key];
    const isScript =
      key === "run" ||
      key === "script" ||
      (key === "command" && path.at(-1) === "run") ||
      path.includes("script") ||
      path.includes("before_script");
    if (typeof child === "string" && isScript) yield { script: child, path: here };
    else yield* scriptsIn(child, here);
  }
}
