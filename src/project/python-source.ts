import { isIn } from "../kit/paths.ts";
import type { Evidence } from "../model/types.ts";
import { moduleNames } from "./module-names.ts";
import { type Parser, loadPythonParser, parsePython } from "./python-parse.ts";
import { NotPlain } from "./python-tokens.ts";
import { type Assignment, type Call, dotted, type Expression, type PythonTree } from "./python-tree.ts";
import { SourceText } from "./source-text.ts";
import type { Tree, TreeProblem } from "./tree.ts";

/** Files whose Python never runs in production, by a folder or a name in their path. */
const NOT_PRODUCTION =
  /^(?:dev|evals?|notebooks|ci|hack|contrib)\/|(?:^|\/)[^/]*\{\{[^/]*\/|(?:^|\/)(?:tests?(?:_\w+)?|e2e|testing|docs?|examples?|benchmarks?|node_modules|site-packages|\.[^/]+)\/|(?:^|\/)(?:tests?\d*|test_[^/]*|[^/]*_test|conftest|noxfile|tasks_dev|fabfile|hatch_build|versioneer)\.py$|^(?:setup|docs\/conf)\.py$/;
/** A statement that gives an indented name a type or a value, or the first one behind `class A:`. */
const FIELD = /^(?:[ \t]+|class[^\n]*:[ \t]*)(\w+)[ \t]*(?::|=(?!=))/gm;
const MAX_BYTES = 1_000_000;
const MAX_FILES = 4000;

/** Python itself refuses more than 200 brackets that are open at once; those in texts and comments count here, too. */
const MAX_DEPTH = 1000;
const SIGNS = /[-+~]{500}|(?:\bnot\s+){200}/;

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // ( [ { and ) ] }
    if (code === 0x28 || code === 0x5b || code === 0x7b) depth += 1;
    else if ((code === 0x29 || code === 0x5d || code === 0x7d) && depth > 0) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return SIGNS.test(text);
}

/** One parsed Python file. */
export interface PythonFile extends PythonTree {
  readonly source: SourceText;
  /** Dotted name from the import root: `app.main`. */
  readonly module: string;
}

/** A file is not plain enough to be parsed without the full grammar. */
export class GrammarNeeded extends Error {}

/** The service's own Python, parsed when first asked for. */
export class PythonSources {
  readonly paths: readonly string[];
  readonly problems: TreeProblem[];
  readonly #tree: Tree;
  #grammar: Parser | undefined;
  #parsed = new Map<string, PythonFile | undefined>();
  readonly #names: ReadonlyMap<string, string>;
  readonly #byModule = new Map<string, string>();
  readonly #missing = new Set<string>();
  #indented: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  constructor(tree: Tree, paths: readonly string[], problems: TreeProblem[] = []) {
    this.#tree = tree;
    this.problems = problems;
    this.paths = paths;
    this.#names = moduleNames(tree, paths);
    for (const [path, name] of this.#names) this.#byModule.set(name, path);
  }

  static of(tree: Tree): PythonSources {
    const all = tree.files.filter((file) => file.endsWith(".py") && !NOT_PRODUCTION.test(file));
    const sources = new PythonSources(tree, all.slice(0, MAX_FILES));
    if (all.length > MAX_FILES)
      sources.problems.push({
        file: ".",
        line: 1,
        message: `holds more than ${MAX_FILES} Python files; the rest is not read`,
      });
    return sources;
  }

  /** Those outside of some folders. What is parsed, and what is wrong, is known to both. */
  without(folders: readonly string[]): PythonSources {
    if (folders.length === 0) return this;
    const paths = this.paths.filter((path) => !folders.some((folder) => isIn(path, folder)));
    const rest = new PythonSources(this.#tree, paths, this.problems);
    rest.#grammar = this.#grammar;
    rest.#parsed = this.#parsed;
    return rest;
  }

  /** Loads the full grammar, for files that are not plain. What is parsed already stays. */
  async loadGrammar(): Promise<void> {
    this.#grammar = await loadPythonParser();
  }

  /** Parsed files whose text holds one of the words. The words only save parsing; they prove nothing. */
  withAny(...words: readonly string[]): readonly PythonFile[] {
    return this.paths.flatMap((path) => {
      const text = this.#tree.read(path);
      if (text === undefined || !words.some((word) => text.includes(word))) return [];
      return this.file(path) ?? [];
    });
  }

  /** Parsed files that may give a class's field of that name a value: one look at every text, whatever is asked for. */
  withField(name: string): readonly PythonFile[] {
    this.#indented ??= this.#indent();
    return [...(this.#indented.get(name) ?? [])].flatMap((path) => this.file(path) ?? []);
  }

  /** The text of any file of the folder. */
  text(path: string): string | undefined {
    return this.#tree.read(path);
  }

  /** The file of the folder with a name, the one nearest to the top when there are several. */
  named(name: string): string | undefined {
    const found = this.#tree.files.filter((file) => file === name || file.endsWith(`/${name}`));
    return found.toSorted((a, b) => a.split("/").length - b.split("/").length)[0];
  }

  /** The Python file that a path of the image means: its end, as far as the folder has it. */
  ending(path: string): string | undefined {
    const plain = path.replace(/^\.?\//, "");
    return this.paths.find((each) => each === plain) ?? this.paths.find((each) => plain.endsWith(`/${each}`));
  }

  /** The only Python file whose path ends so: of a project in a folder below, which the image has at its working directory. */
  onlyBelow(path: string): string | undefined {
    const [first, second] = this.paths.filter((each) => each.endsWith(`/${path.replace(/^\.\//, "")}`));
    return second === undefined ? first : undefined;
  }

  file(path: string): PythonFile | undefined {
    if (!this.#parsed.has(path)) this.#parsed.set(path, this.#parse(path));
    return this.#parsed.get(path);
  }

  /** The file of a dotted module name, or of a package's `__init__`. */
  module(name: string): PythonFile | undefined {
    const path = this.modulePath(name);
    return path === undefined ? undefined : this.file(path);
  }

  /** Also where the import root lies below the tree's: `app.main` may be `backend/app/main.py`. */
  modulePath(name: string): string | undefined {
    const known = this.#byModule.get(name);
    if (known !== undefined || !name.includes(".") || this.#missing.has(name)) return known;
    const relative = name.replaceAll(".", "/");
    const found = this.paths.find(
      (path) => path.endsWith(`/${relative}.py`) || path.endsWith(`/${relative}/__init__.py`),
    );
    const inSource = this.paths.find((path) => path === `${relative}.py` || path === `${relative}/__init__.py`);
    const path = inSource ?? found;
    if (path === undefined) this.#missing.add(name);
    else this.#byModule.set(name, path);
    return path;
  }

  /** Names that stand indented before a `:` or a `=`, with the files that do so: every field of a class is among them. */
  #indent(): ReadonlyMap<string, ReadonlySet<string>> {
    const found = new Map<string, Set<string>>();
    for (const path of this.paths)
      for (const [, name = ""] of this.#tree.read(path)?.matchAll(FIELD) ?? [])
        found.set(name, (found.get(name) ?? new Set()).add(path));
    return found;
  }

  #parse(path: string): PythonFile | undefined {
    const text = this.#tree.read(path);
    if (text === undefined) return undefined;
    if (text.length > MAX_BYTES) {
      this.problems.push({ file: path, line: 1, message: "is larger than 1 MB and is not parsed" });
      return undefined;
    }
    if (isTooDeep(text)) {
      this.problems.push({ file: path, line: 1, message: "is nested too deeply to be parsed" });
      return undefined;
    }
    const module = this.#names.get(path) ?? "";
    try {
      const tree = parsePython(this.#grammar, text, module, path.endsWith("__init__.py"));
      return { ...tree, source: new SourceText(path, text), module };
    } catch (error) {
      if (error instanceof NotPlain) throw new GrammarNeeded();
      if (!(error instanceof RangeError)) throw error;
      this.problems.push({ file: path, line: 1, message: "is nested too deeply to be parsed" });
      return undefined;
    }
  }
}

/** A name with its first part replaced by what the file imported it as. */
export function qualified(file: PythonFile, expression: Expression | undefined): string {
  const path = dotted(expression);
  if (path === "") return "";
  const [first = "", ...rest] = path.split(".");
  const imported = file.imports.get(first);
  return imported === undefined ? path : [imported, ...rest].join(".");
}

/** The full dotted name of what a call calls. */
export const calledName = (file: PythonFile, call: Call): string => qualified(file, call.of);

/** Calls whose full dotted name ends in one of the names; a name with a dot must match its last parts. */
export function callsTo(file: PythonFile, ...names: readonly string[]): readonly Call[] {
  return file.calls.filter((call) => {
    const name = calledName(file, call);
    return names.some((wanted) => name === wanted || name.endsWith(`.${wanted}`));
  });
}

/** The assignments of a module's own level to a name. */
export function moduleAssignment(file: PythonFile, name: string): Assignment | undefined {
  let ofModule = moduleAssignments.get(file);
  if (ofModule === undefined) {
    ofModule = new Map();
    for (const assignment of file.assignments) {
      const { target, scope, value } = assignment;
      if (target !== undefined && scope.kind === "module" && value !== undefined && !ofModule.has(target))
        ofModule.set(target, assignment);
    }
    moduleAssignments.set(file, ofModule);
  }
  return ofModule.get(name);
}

/** The first of each name: asked for every name that another one is made of. */
const moduleAssignments = new WeakMap<PythonFile, Map<string, Assignment>>();

export const evidenceOf = (file: PythonFile, at: { readonly at: number }): Evidence => file.source.at(at.at);
