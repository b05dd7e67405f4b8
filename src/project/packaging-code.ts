import { isIn } from "../kit/paths.ts";
import { fromProject } from "./project-folder.ts";
import type { Evidence, Fact } from "../model/types.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import { type Expression, within } from "./python-tree.ts";
import { names } from "./attempts.ts";
import { normalName } from "./requirement.ts";

const NOT_INSTALLED = /(?:^|\.)(?:PackageNotFoundError|DistributionNotFound)$/;

/** `importlib.metadata.version("itself")`: fails when the project is not installed, unless the file says what then. */
export function readsOwnVersion(sources: PythonSources, name: string | undefined): Fact<boolean> {
  const own = normalName(name ?? "");
  for (const file of sources.withAny("importlib.metadata", "importlib_metadata", "import metadata", "pkg_resources")) {
    if (file.attempts.some((attempt) => names(attempt, NOT_INSTALLED))) continue;
    for (const call of file.calls) {
      if (
        !/^(?:importlib[._]metadata\.(?:version|metadata|distribution)|pkg_resources\.(?:get_distribution|require))$/.test(
          calledName(file, call),
        )
      )
        continue;
      const [first] = call.args;
      const isOwn =
        first?.kind === "text"
          ? normalName(first.value) === own && own !== ""
          : first?.kind === "name" && /^__(?:name|package)__$/.test(first.path);
      if (isOwn) return { value: true, confidence: "certain", evidence: [evidenceOf(file, call)] };
    }
  }
  return { value: false, confidence: "likely", evidence: [] };
}

/** Whether the code climbs from `__file__` out of its own package: then installing it elsewhere breaks the lookup. */
export function looksUpFromFile(sources: PythonSources, folder?: string): Fact<boolean> {
  const evidence: Evidence[] = [];
  for (const file of sources.withAny("__file__")) {
    if (folder !== undefined && !isIn(file.source.file, folder)) continue;
    for (const { at, levels } of climbs(file))
      if (leavesPackage(fromProject(folder, file.source.file), levels)) evidence.push(evidenceOf(file, { at }));
  }
  const unique = evidence.filter(
    ({ file, line }, index) => evidence.findIndex((other) => other.file === file && other.line === line) === index,
  );
  return { value: unique.length > 0, confidence: unique.length > 0 ? "certain" : "likely", evidence: unique };
}

/** How many folders a file lies below the folder that holds its top-level package. */
function leavesPackage(file: string, levels: number): boolean {
  const parts = file.split("/");
  const inSource = parts[0] === "src" && parts.length > 2;
  return levels >= parts.length - (inSource ? 1 : 0);
}

/** Expressions that start from `__file__`, with how many names they take off its end. */
function climbs(file: PythonFile): ReadonlyArray<{ readonly at: number; readonly levels: number }> {
  const candidates: readonly Expression[] = [
    ...file.members,
    ...file.calls,
    ...file.subscripts.map(({ of, index, at }) => ({ kind: "subscript", of, index, at }) as const),
  ];
  return candidates.flatMap((expression) => {
    const levels = levelsOf(expression);
    return levels === undefined || levels === 0 ? [] : [{ at: expression.at, levels }];
  });
}

function levelsOf(expression: Expression): number | undefined {
  if (expression.kind === "name") return expression.path === "__file__" ? 0 : undefined;
  if (expression.kind === "member") {
    const below = levelsOf(expression.of);
    return below === undefined ? undefined : below + (expression.name === "parent" ? 1 : 0);
  }
  if (expression.kind === "subscript") {
    const below =
      expression.of.kind === "member" && expression.of.name === "parents" ? levelsOf(expression.of.of) : undefined;
    return below === undefined || expression.index?.kind !== "number" ? undefined : below + expression.index.value + 1;
  }
  return expression.kind === "call" ? levelsOfCall(expression) : undefined;
}

function levelsOfCall(call: Extract<Expression, { kind: "call" }>): number | undefined {
  if (call.of.kind === "member") return levelsOf(call.of);
  const name = call.of.kind === "name" ? (call.of.path.split(".").at(-1) ?? "") : "";
  const first = call.args[0] === undefined ? undefined : levelsOf(call.args[0]);
  if (first === undefined) return undefined;
  if (name === "dirname") return first + 1;
  if (name !== "join") return /^(?:Path|PurePath|abspath|realpath|str|fspath)$/.test(name) ? first : undefined;
  const up = call.args.slice(1).flatMap((argument) => [...within(argument)]);
  return first + up.filter((part) => part.kind === "text" && part.value === "..").length;
}
