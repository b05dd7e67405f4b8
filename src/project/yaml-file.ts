import type { Document, LineCounter, Tags } from "yaml";
import type { Evidence } from "../model/types.ts";
import { shortForms } from "./cloudformation.ts";
import { SourceText } from "./source-text.ts";
import type { TreeProblem } from "./tree.ts";

type Yaml = typeof import("yaml");
export type Path = ReadonlyArray<string | number>;

/** One document of a YAML or JSON file, with the places of its values. */
export interface YamlDocument {
  readonly source: SourceText;
  readonly value: unknown;
  /** The line of the value at a path, or of the nearest one above it. */
  evidence(path: Path): Evidence;
}

const MAX_BYTES = 1_000_000;
/** Aliases with all that they bring, once spelled out: a bomb has millions, a large Compose file some hundreds. */
const MAX_ALIASES = 10_000;
/** Brackets open at once. How many more the library can read depends on how much stack is left when it is called. */
const MAX_DEPTH = 500;

/** Marks of cookiecutter, copier and the like. */
const GENERATED = /\{\{-?\s*cookiecutter\.|^\s*\{%-?\s/m;

let yaml: Promise<Yaml> | undefined;

/** Reads every document of a file. Errors become one problem; the library is loaded when the first file is read. */
export async function readYaml(file: string, text: string, problems: TreeProblem[]): Promise<readonly YamlDocument[]> {
  if (text.length > MAX_BYTES) {
    problems.push({ file, line: 1, message: "is larger than 1 MB and is not read as YAML" });
    return [];
  }
  if (depthOf(text) > MAX_DEPTH) {
    problems.push({ file, line: 1, message: `is nested deeper than ${MAX_DEPTH} levels and is not read as YAML` });
    return [];
  }
  const { LineCounter, parseAllDocuments } = await (yaml ??= import("yaml"));
  const source = new SourceText(file, text);
  // A file that a generator fills in later is not YAML yet, and that is no fault of it.
  const told = GENERATED.test(text) || file.includes("{{") ? [] : problems;
  const customTags = shortForms() as unknown as Tags;
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines, merge: true, logLevel: "silent", customTags });
    return (Array.isArray(documents) ? documents : []).flatMap((document) =>
      one(document, { source, lines, problems: told }),
    );
  } catch (error) {
    told.push({ file, line: 1, message: `is not valid YAML: ${(error as Error).message.split("\n")[0] ?? ""}` });
    return [];
  }
}

/** The most brackets that are open at once; those inside texts count too, which no real file comes near. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  for (const [bracket] of text.matchAll(/[[{}\]]/g)) {
    depth = Math.max(0, depth + (bracket === "[" || bracket === "{" ? 1 : -1));
    most = Math.max(most, depth);
  }
  return most;
}

interface Reading {
  readonly source: SourceText;
  readonly lines: LineCounter;
  readonly problems: TreeProblem[];
}

function one(document: Document.Parsed, { source, lines, problems }: Reading): readonly YamlDocument[] {
  const { file } = source;
  const [error] = document.errors;
  const already = problems.some((problem) => problem.file === file);
  if (error !== undefined && !already) {
    const { line } = lines.linePos(error.pos[0]);
    problems.push({
      file,
      line: Math.max(line, 1),
      message: `is not valid YAML: ${error.message.split("\n")[0] ?? ""}`,
    });
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return [{ source, value, evidence: (path) => source.at(offsetOf(document, path)) }];
  } catch {
    if (!already) problems.push({ file, line: 1, message: "has more YAML aliases than are read" });
    return [];
  }
}

function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range))
      return Number(node.range[0]);
  }
  return document.contents?.range[0] ?? 0;
}
