import type { Dependency, Evidence } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import type { Call, Expression } from "./python-tree.ts";
import { readRequirement } from "./requirement.ts";
import { SourceText } from "./source-text.ts";

/** What a project says of itself in `setup.py` and `setup.cfg`. */
export interface SetupFiles {
  readonly runtime: readonly Dependency[];
  readonly extras: Readonly<Record<string, readonly Dependency[]>>;
  readonly scripts: Readonly<Record<string, string>>;
}

/** `setup.py` counts before `setup.cfg`, as setuptools takes them. */
export function readSetupFiles(sources: PythonSources): SetupFiles {
  const [py, cfg] = [inPython(sources), inConfiguration(sources)];
  return {
    runtime: py.runtime.length > 0 ? py.runtime : cfg.runtime,
    extras: { ...cfg.extras, ...py.extras },
    scripts: { ...cfg.scripts, ...py.scripts },
  };
}

const NONE: SetupFiles = { runtime: [], extras: {}, scripts: {} };

function inPython(sources: PythonSources): SetupFiles {
  if (sources.text("setup.py")?.includes("setup(") !== true) return NONE;
  const file = sources.file("setup.py");
  const call = file?.calls.find((one) => /^(?:setuptools\.|distutils\.core\.)?setup$/.test(calledName(file, one)));
  if (file === undefined || call === undefined) return NONE;
  const given = (key: string) => held(file, call, key);
  const entries = given("entry_points");
  const lines = entries?.kind === "dict" ? textsIn(sources, file, valueOf(entries, "console_scripts")) : [];
  const extras = given("extras_require");
  const named = extras?.kind === "dict" ? extras.entries : [];
  return {
    runtime: requirementsIn(sources, file, given("install_requires")),
    extras: Object.fromEntries(
      named.flatMap(([key, value]) => (key.kind === "text" ? [[key.value, requirementsIn(sources, file, value)]] : [])),
    ),
    scripts: scriptsIn(lines),
  };
}

/** What a keyword is given, also through a name: `install_requires=requirements`. */
function held(file: PythonFile, call: Call, key: string): Expression | undefined {
  const given = call.keywords.get(key);
  if (given?.kind !== "name") return given;
  return file.assignments.find(({ target, value }) => target === given.path && value !== undefined)?.value;
}

const valueOf = (table: Extract<Expression, { kind: "dict" }>, key: string): Expression | undefined =>
  table.entries.find(([name]) => name.kind === "text" && name.value === key)?.[1];

const textsIn = (sources: PythonSources, file: PythonFile, list: Expression | undefined): readonly string[] =>
  list?.kind === "list" ? list.items.flatMap((item) => constantText(sources, file, item) ?? []) : [];

const requirementsIn = (
  sources: PythonSources,
  file: PythonFile,
  list: Expression | undefined,
): readonly Dependency[] =>
  list?.kind === "list"
    ? list.items.flatMap((item) => dependency(constantText(sources, file, item) ?? "", evidenceOf(file, item)))
    : [];

function dependency(requirement: string, { file, line }: Evidence): readonly Dependency[] {
  const name = readRequirement(requirement)?.name;
  return name === undefined ? [] : [{ name, requirement, place: { file, line } }];
}

/** `svc = svc.app:main`. */
function scriptsIn(lines: readonly string[]): SetupFiles["scripts"] {
  const pairs = lines.flatMap((line) => {
    const [, name, target] = /^\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)/.exec(line) ?? [];
    return name === undefined || target === undefined ? [] : [[name, target] as const];
  });
  return Object.fromEntries(pairs);
}

interface Line {
  readonly text: string;
  readonly at: number;
}

function inConfiguration(sources: PythonSources): SetupFiles {
  const text = sources.text("setup.cfg");
  if (text === undefined) return NONE;
  const source = new SourceText("setup.cfg", text);
  const values = readConfiguration(text);
  const requirements = (lines: readonly Line[] = []) =>
    lines.flatMap((line) => dependency(line.text, source.at(line.at)));
  const extras = [...values].flatMap(([key, lines]) => {
    const name = /^options\.extras_require\n(.+)$/.exec(key)?.[1];
    return name === undefined ? [] : [[name, requirements(lines)] as const];
  });
  const scripts = values.get("options.entry_points\nconsole_scripts") ?? [];
  return {
    runtime: requirements(values.get("options\ninstall_requires")),
    extras: Object.fromEntries(extras),
    scripts: scriptsIn(scripts.map((line) => line.text)),
  };
}

/** The lines of each value of an INI file, by its section and its key. */
function readConfiguration(text: string): ReadonlyMap<string, readonly Line[]> {
  const values = new Map<string, Line[]>();
  let [section, lines, at] = ["", undefined as Line[] | undefined, 0];
  for (const line of text.split("\n")) {
    const [, head] = /^\[([^\]]+)\]/.exec(line) ?? [];
    const [, key, first = ""] = /^([\w.-]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (head !== undefined) [section, lines] = [head, undefined];
    else if (key !== undefined) {
      lines = first === "" ? [] : [{ text: first, at }];
      values.set(`${section}\n${key}`, lines);
    } else if (/^\s+[^\s#;]/.test(line)) lines?.push({ text: line.trim(), at });
    at += line.length + 1;
  }
  return values;
}
