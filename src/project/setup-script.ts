import { moduleAssignment, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import { type Expression, within } from "./python-tree.ts";

/** What a `setup.py`, with its `setup.cfg`, says of the project. */
export interface SetupScript {
  /** What it needs; undefined where that is put together in a way that is not understood. */
  readonly requires: readonly string[] | undefined;
  /** The list that it takes what it needs from. */
  readonly list?: string;
  /** Files of the project that it names, and may read while it is built. */
  readonly names: readonly string[];
}

export function readSetup(sources: PythonSources): SetupScript | undefined {
  const file = sources.file("setup.py");
  const call = file?.calls.find(({ of }) => /(?:^|\.)setup$/.test(qualified(file, of)));
  if (file === undefined || call === undefined) return undefined;
  const names = texts(file).filter((text) => sources.text(text) !== undefined);
  // Its version is made by git or by another tool, and no build of tracked files has that.
  if (call.keywords.has("use_scm_version") || call.keywords.has("pbr")) return { requires: undefined, names };
  const asked = held(file, call.keywords.get("install_requires"));
  const list = names.find((name) => /requirements[^/]*\.(?:txt|in)$/.test(name));
  const configured = sources.text("setup.cfg") ?? "";
  return {
    ...(asked === undefined
      ? { requires: valuesOf(configured, "options", "install_requires") }
      : { requires: listed(asked), ...(listed(asked) === undefined && list !== undefined ? { list } : {}) }),
    names,
  };
}

/** Every text of the file, in calls and in what names are given. */
const texts = (file: PythonFile): readonly string[] => [
  ...new Set(
    [...file.calls, ...file.assignments.flatMap(({ value }) => value ?? [])].flatMap((one) =>
      [...within(one)].flatMap((part) => (part.kind === "text" ? [part.value] : [])),
    ),
  ),
];

const held = (file: PythonFile, value: Expression | undefined): Expression | undefined =>
  value?.kind === "name" ? (moduleAssignment(file, value.path)?.value ?? value) : value;

function listed(value: Expression): readonly string[] | undefined {
  if (value.kind !== "list") return undefined;
  const items = value.items.flatMap((item) => (item.kind === "text" ? [item.value] : []));
  return items.length === value.items.length ? items : undefined;
}

/** The lines of one key of an INI file, each by itself. */
function valuesOf(text: string, section: string, key: string): readonly string[] {
  const found: string[] = [];
  let inside = false;
  let reading = false;
  for (const line of text.split(/\r?\n/)) {
    const [, named] = /^\[([^\]]+)\]/.exec(line) ?? [];
    const [, own, first = ""] = /^([\w.-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (named !== undefined) inside = named.trim() === section;
    if (named !== undefined || own !== undefined) reading = inside && own === key;
    const value = (own === undefined ? line : first).trim();
    if (reading && value !== "" && !value.startsWith("#")) found.push(value);
  }
  return found;
}
