import type { LockedPackage } from "../model/types.ts";
import { normalName, readRequirement } from "./requirement.ts";
import { readToml, textAt } from "./toml.ts";
import type { Tree } from "./tree.ts";

/** One thing that a requirements file asks for. */
export interface RequirementLine {
  /** Without hashes and other options; always with its name, as PEP 508 writes it. */
  readonly requirement: string;
  /** Normalised. */
  readonly name: string;
  /** Of a file that is named whole: `demo-1.0-py3-none-any.whl`. */
  readonly version?: string;
  readonly source: LockedPackage["source"];
  /** Of a folder or a file, relative to the project. */
  readonly path?: string;
  readonly file: string;
  readonly line: number;
}

/** What pip reads from a requirements file and from those that it names with `-r` and `-c`. */
export interface RequirementsFile {
  /** All that were read. */
  readonly files: ReadonlySet<string>;
  readonly lines: readonly RequirementLine[];
  /** Versions that `-c` holds packages to, by name. */
  readonly constraints: ReadonlyMap<string, string>;
  readonly indexes: readonly string[];
}

/** Each file is read once, however often it is named. */
export function readRequirementsFiles(tree: Tree, files: readonly string[]): RequirementsFile {
  const reader = new Reader(tree);
  for (const file of files) reader.read(file, false);
  return reader;
}

class Reader implements RequirementsFile {
  readonly lines: RequirementLine[] = [];
  readonly constraints = new Map<string, string>();
  readonly indexes: string[] = [];
  readonly #tree: Tree;
  readonly files = new Set<string>();

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  read(file: string, constraint: boolean): void {
    const text = this.#tree.read(file);
    if (text === undefined || this.files.has(file)) return;
    this.files.add(file);
    for (const [line, written] of logicalLines(text)) {
      const [, option = "", value = ""] = OPTION.exec(written) ?? [];
      const kind = option === "" ? "plain" : OPTIONS[option];
      if (kind === "index") this.indexes.push(value);
      else if (kind === "file" || kind === "constraint") this.read(beside(file, value), constraint || kind !== "file");
      else if (kind !== undefined) this.#ask(kind === "plain" ? written : value, kind, { file, line, constraint });
    }
  }

  #ask(
    written: string,
    kind: "plain" | "editable",
    { file, line, constraint }: { readonly file: string; readonly line: number; readonly constraint: boolean },
  ): void {
    const asked = requirementOf(this.#tree, written);
    if (asked === undefined) return;
    const version = constraint ? pinnedVersion(asked.requirement) : undefined;
    if (version !== undefined) this.constraints.set(asked.name, version);
    const source = kind === "editable" && asked.source === "path" ? "editable" : asked.source;
    if (!constraint) this.lines.push({ ...asked, source, file, line });
  }
}

/** The version that a requirement is pinned to, or undefined. */
export const pinnedVersion = (requirement: string): string | undefined =>
  /(?<![=<>!~])===?\s*([^\s;,*]+)(?![\w.*])/.exec(requirement.replace(/;.*/, ""))?.[1];

const OPTION = /^(--[\w-]+|-[a-zA-Z])(?:\s*=\s*|\s*)(\S*)/;
const OPTIONS: Readonly<Record<string, "file" | "constraint" | "index" | "editable">> = {
  "-r": "file",
  "--requirement": "file",
  "-c": "constraint",
  "--constraint": "constraint",
  "-i": "index",
  "--index-url": "index",
  "--pypi-url": "index",
  "--extra-index-url": "index",
  "-e": "editable",
  "--editable": "editable",
};

/** Lines with their continuations, without comments and hashes; each with the number of its first line. */
function* logicalLines(text: string): Generator<readonly [line: number, text: string]> {
  let parts: string[] = [];
  let first = 0;
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = written.replace(/(?:^|\s)#.*$/, "").trim();
    if (parts.length === 0) first = index + 1;
    const goesOn = line.endsWith("\\");
    const part = goesOn ? line.slice(0, -1).trim() : line;
    if (part !== "" && !(parts.length > 0 && part.startsWith("--"))) parts.push(part);
    if (goesOn) continue;
    if (parts.length > 0) yield [first, parts.join(" ")];
    parts = [];
  }
  if (parts.length > 0) yield [first, parts.join(" ")];
}

type Asked = Omit<RequirementLine, "file" | "line">;

function requirementOf(tree: Tree, written: string): Asked | undefined {
  if (written.length > LONGEST) return undefined;
  const text = written.replace(/\s--?[a-z].*$/, "").trim();
  if (/^(?:\.{0,2}\/|\.{1,2}(?:$|\[)|file:)/.test(text) || isLocalFile(tree, text)) return localPath(tree, text);
  if (/^[a-z+]+:\/\//i.test(text)) return fromAddress(text);
  const read = readRequirement(text);
  if (read === undefined) return undefined;
  const { name, url } = read;
  if (url === undefined) return { requirement: text, name, source: "registry" };
  if (/^(?:file:|\.{0,2}\/)/.test(url)) return { ...localPath(tree, url), requirement: text, name, source: "path" };
  return { requirement: text, name, source: sourceOf(url) };
}

const isLocalFile = (tree: Tree, text: string): boolean =>
  /\.(?:whl|zip|tar\.gz)$/.test(text) && tree.files.includes(beside(HERE, text));

const sourceOf = (address: string): LockedPackage["source"] => (/^(?:git|hg|svn|bzr)\+/.test(address) ? "git" : "url");

/** `git+https://…#egg=name`, `https://…/name-1.0-py3-none-any.whl`. One that says no name tells us nothing. */
function fromAddress(address: string): Asked | undefined {
  const [plain = "", marker] = address.split(/\s+;\s*/);
  const egg = /#(?:.*&)?egg=([\w.-]+)/.exec(plain)?.[1];
  const archive = archiveOf(plain);
  const name = egg ?? archive?.name;
  if (name === undefined) return undefined;
  return {
    requirement: `${name} @ ${plain}${marker === undefined ? "" : ` ; ${marker}`}`,
    name: normalName(name),
    ...(archive === undefined ? {} : { version: archive.version }),
    source: sourceOf(plain),
  };
}

/** Nothing that is installed takes a longer line, once hashes are left out; a longer one is not worth the time to read it. */
const LONGEST = 4000;

function archiveOf(path: string): { readonly name: string; readonly version: string } | undefined {
  const [, name, version] = /([^/]+?)-(\d[\w.!+]*?)(?:-[^/]+\.whl|\.tar\.gz|\.zip)(?:#.*)?$/.exec(path) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}

/** pip takes paths from the folder that it runs in, and names of files from the file that names them. */
const HERE = "";

function localPath(tree: Tree, text: string): Asked | undefined {
  const plain = text
    .replace(/^file:(?:\/\/)?/, "")
    .replace(/\s*;.*$|#.*$/g, "")
    .replace(/\[[^\]]*\]$/, "");
  const path = plain.startsWith("/") ? plain : beside(HERE, plain);
  // The project itself is not one of its requirements.
  if (path === "") return undefined;
  const archive = archiveOf(plain);
  const name =
    /#(?:.*&)?egg=([\w.-]+)/.exec(text)?.[1] ?? archive?.name ?? projectName(tree, path) ?? path.split("/").at(-1);
  return {
    requirement: `${name} @ ${plain}`,
    name: normalName(name ?? ""),
    ...(archive === undefined ? {} : { version: archive.version }),
    source: "path",
    path,
  };
}

/** The name that the project in a folder gives itself. */
export function projectName(tree: Tree, folder: string): string | undefined {
  const file = `${folder}/pyproject.toml`;
  const text = tree.read(file);
  if (text === undefined) return undefined;
  const { data } = readToml(file, text, []);
  return textAt(data, "project", "name") ?? textAt(data, "tool", "poetry", "name");
}

/** A path as seen from a file's folder; `..` that leads out of the project stays. */
function beside(file: string, other: string): string {
  const parts = file.split("/").slice(0, -1);
  for (const part of other.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
