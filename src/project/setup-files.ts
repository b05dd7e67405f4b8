import type { Dependency, Evidence } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { type IniLine, linesOfSection, readIni } from "./ini.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import { type Call, type Expression, within } from "./python-tree.ts";
import { readRequirement } from "./requirement.ts";
import { SourceText } from "./source-text.ts";

/** What a project says of itself in `setup.py` and `setup.cfg`. */
export interface SetupFiles extends Said {
  /** There is only with a `setup.py`: what building the project by it takes. */
  readonly build?: SetupBuild;
  /** `python_requires` of setup.py. */
  readonly requires?: { readonly value: string; readonly evidence: Evidence };
  readonly name?: string;
  /** The list that setup.py reads what it needs from. */
  readonly list?: string;
  /** Where setup.py lets setuptools-scm or pbr ask git for the version. */
  readonly versionFromGit?: Evidence;
}

interface Said {
  readonly runtime: readonly Dependency[];
  readonly extras: Readonly<Record<string, readonly Dependency[]>>;
  readonly scripts: Readonly<Record<string, string>>;
}

export interface SetupBuild {
  /** What pip installs with it; undefined where that is put together in a way that is not understood. */
  readonly requires: readonly string[] | undefined;
  /** The list that it takes what it needs from. */
  readonly list?: string;
  /** Files of the project that it names, and may read while it is built. */
  readonly names: readonly string[];
}

/** Where `setup.py` calls setup, with what it gives. */
interface SetupCall {
  readonly sources: PythonSources;
  readonly file: PythonFile;
  readonly call: Call;
  readonly given: (key: string) => Expression | undefined;
}

/** `setup.py` counts before `setup.cfg`, as setuptools takes them. */
export function readSetupFiles(sources: PythonSources): SetupFiles {
  const values = readIni(sources.text("setup.cfg") ?? "");
  const [setup, cfg] = [setupCall(sources), inConfiguration(sources, values)];
  if (setup === undefined) return cfg;
  const py = inPython(setup);
  return {
    runtime: py.runtime.length > 0 ? py.runtime : cfg.runtime,
    extras: { ...cfg.extras, ...py.extras },
    scripts: { ...cfg.scripts, ...py.scripts },
    build: buildOf(setup, values.get(REQUIRES) ?? []),
    ...saidOfItself(setup),
  };
}

function saidOfItself(setup: SetupCall): Pick<SetupFiles, "requires" | "name" | "list" | "versionFromGit"> {
  const [requires, name] = [setup.given("python_requires"), textOf(setup, setup.given("name"))];
  const value = textOf(setup, requires);
  const asked = setup.given("install_requires");
  const list = asked === undefined || plainTexts(asked) !== undefined ? undefined : listNamed(setup);
  const fromGit = ["use_scm_version", "pbr"]
    .map((key) => setup.call.keywords.get(key))
    .find((given) => given !== undefined && !(given.kind === "boolean" && !given.value));
  return {
    ...(requires === undefined || value === ""
      ? {}
      : { requires: { value, evidence: evidenceOf(setup.file, requires) } }),
    ...(name === "" ? {} : { name }),
    ...(list === undefined ? {} : { list }),
    ...(fromGit === undefined ? {} : { versionFromGit: evidenceOf(setup.file, fromGit) }),
  };
}

function setupCall(sources: PythonSources): SetupCall | undefined {
  const file = sources.file("setup.py");
  const call = file?.calls.find((one) => /(?:^|\.)setup$/.test(calledName(file, one)));
  if (file === undefined || call === undefined) return undefined;
  return { sources, file, call, given: (key) => held(file, call, key) };
}

/** What a keyword is given, also through a name: `install_requires=requirements`. */
function held(file: PythonFile, call: Call, key: string): Expression | undefined {
  const given = call.keywords.get(key);
  if (given?.kind !== "name") return given;
  const named = file.assignments.find(({ target, value }) => target === given.path && value !== undefined);
  return named?.value ?? given;
}

function inPython(setup: SetupCall): Said {
  const extras = setup.given("extras_require");
  const named = extras?.kind === "dict" ? extras.entries : [];
  return {
    runtime: requirementsIn(setup, setup.given("install_requires")),
    extras: Object.fromEntries(
      named.flatMap(([key, value]) => (key.kind === "text" ? [[key.value, requirementsIn(setup, value)]] : [])),
    ),
    scripts: scriptsIn(consoleLines(setup)),
  };
}

/** A table of lists or of texts, or all of it as one text with `[console_scripts]` in it. */
function consoleLines(setup: SetupCall): readonly string[] {
  const entries = setup.given("entry_points");
  if (entries?.kind !== "dict") return linesOfSection(textOf(setup, entries), "console_scripts");
  const value = entries.entries.find(([name]) => name.kind === "text" && name.value === "console_scripts")?.[1];
  return value?.kind === "list" ? value.items.map((item) => textOf(setup, item)) : textOf(setup, value).split("\n");
}

const textOf = ({ sources, file }: SetupCall, value: Expression | undefined): string =>
  constantText(sources, file, value) ?? "";

const requirementsIn = (setup: SetupCall, list: Expression | undefined): readonly Dependency[] =>
  list?.kind === "list"
    ? list.items.flatMap((item) => dependency(textOf(setup, item), evidenceOf(setup.file, item)))
    : [];

function dependency(requirement: string, { file, line }: Evidence): readonly Dependency[] {
  const name = readRequirement(requirement)?.name;
  return name === undefined ? [] : [{ name, requirement, place: { file, line } }];
}

/** `svc = svc.app:main`. */
function scriptsIn(lines: readonly string[]): Said["scripts"] {
  const pairs = lines.flatMap((line) => {
    const [, name, target] = /^\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)/.exec(line) ?? [];
    return name === undefined || target === undefined ? [] : [[name, target] as const];
  });
  return Object.fromEntries(pairs);
}

function buildOf(setup: SetupCall, configured: readonly IniLine[]): SetupBuild {
  const names = texts(setup.file).filter((text) => setup.sources.text(text) !== undefined);
  const { keywords } = setup.call;
  // Its version is made by git or by another tool, and no build of tracked files has that.
  if (keywords.has("use_scm_version") || keywords.has("pbr")) return { requires: undefined, names };
  const asked = setup.given("install_requires");
  if (asked === undefined) return { requires: configured.map(({ text }) => text), names };
  const requires = plainTexts(asked);
  const list = listNamed(setup);
  return { requires, ...(requires === undefined && list !== undefined ? { list } : {}), names };
}

const listNamed = ({ sources, file }: SetupCall): string | undefined =>
  texts(file).find((name) => /requirements[^/]*\.(?:txt|in)$/.test(name) && sources.text(name) !== undefined);

/** Every text of the file, in calls and in what names are given. */
const texts = (file: PythonFile): readonly string[] => [
  ...new Set(
    [...file.calls, ...file.assignments.flatMap(({ value }) => value ?? [])].flatMap((one) =>
      [...within(one)].flatMap((part) => (part.kind === "text" ? [part.value] : [])),
    ),
  ),
];

/** The items of a list that is written out whole: what pip would install is not guessed. */
function plainTexts(value: Expression): readonly string[] | undefined {
  if (value.kind !== "list") return undefined;
  const items = value.items.flatMap((item) => (item.kind === "text" ? [item.value] : []));
  return items.length === value.items.length ? items : undefined;
}

const REQUIRES = "options\ninstall_requires";

function inConfiguration(sources: PythonSources, values: ReturnType<typeof readIni>): Said {
  const source = new SourceText("setup.cfg", sources.text("setup.cfg") ?? "");
  const requirements = (key: string) =>
    (values.get(key) ?? []).flatMap((line) => dependency(line.text, source.at(line.at)));
  const extras = [...values.keys()].flatMap((key) => {
    const name = /^options\.extras_require\n(.+)$/.exec(key)?.[1];
    return name === undefined ? [] : [[name, requirements(key)] as const];
  });
  const scripts = values.get("options.entry_points\nconsole_scripts") ?? [];
  return {
    runtime: requirements(REQUIRES),
    extras: Object.fromEntries(extras),
    scripts: scriptsIn(scripts.map((line) => line.text)),
  };
}
