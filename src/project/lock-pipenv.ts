import { overSsh } from "./git-address.ts";
import { type Digest, isDigest } from "./lock-digest.ts";
import { type LockEntry, type LockReading, MAIN, unique } from "./lock-reading.ts";
import { normalName } from "./requirement.ts";
import { SourceText } from "./source-text.ts";
import { isTable, listAt, tableAt, textAt, valueAt } from "./toml.ts";
import type { TreeProblem } from "./tree.ts";

/** Pipfile.lock: a list of everything for each section; nothing in it says who needs whom. */
export function readPipfileLock(file: string, text: string, problems: TreeProblem[]): LockReading {
  let data: unknown = {};
  try {
    data = JSON.parse(text);
  } catch (error) {
    problems.push({ file, line: 1, message: `is not valid JSON: ${(error as Error).message}` });
  }
  // Besides `develop` there may be categories of any name.
  const names = isTable(data) ? Object.keys(data).filter((name) => name !== "_meta" && name !== "default") : [];
  const sections = new Map(
    ["default", ...names].map((name) => [
      SECTIONS.get(name) ?? normalName(name),
      Object.entries(tableAt(data, name)).map(([key, value]) => lockEntry(key, value)),
    ]),
  );
  return {
    packages: [...sections.values()].flat(),
    requiresPython: pythonOf(data),
    registries: unique(listAt(data, "_meta", "sources").map((source) => textAt(source, "url"))),
    digest: digestOf(data, new SourceText(file, text)),
    wishes: undefined,
    tellsNeeds: false,
    installs: ({ section, holds }) =>
      new Set((sections.get(section) ?? []).filter(({ marker }) => holds(marker) !== false)),
  };
}

const SECTIONS: ReadonlyMap<string, string> = new Map([
  ["default", MAIN],
  ["develop", "dev"],
]);

function digestOf(data: unknown, source: SourceText): Digest | undefined {
  const value = textAt(data, "_meta", "hash", "sha256");
  return isDigest(value) ? { tool: "pipenv", value, place: source.find(value) } : undefined;
}

function pythonOf(data: unknown): string | undefined {
  const full = textAt(data, "_meta", "requires", "python_full_version");
  const minor = textAt(data, "_meta", "requires", "python_version");
  if (full !== undefined) return `==${full}`;
  return minor === undefined ? undefined : `==${minor}.*`;
}

function lockEntry(name: string, value: unknown): LockEntry {
  const marker = textAt(value, "markers");
  return {
    name: normalName(name),
    version: (textAt(value, "version") ?? "").replace(/^===?/, ""),
    ...sourceOf(value),
    ...(marker === undefined ? {} : { marker }),
    sdistOnly: false,
    dependencies: [],
  };
}

/** Where pipenv takes a package from. */
function sourceOf(entry: unknown): Pick<LockEntry, "source" | "path" | "overSsh"> {
  const repository = ["git", "hg", "svn", "bzr"].map((kind) => textAt(entry, kind)).find((one) => one !== undefined);
  if (repository !== undefined) return { source: "git", ...overSsh(repository) };
  const file = textAt(entry, "file");
  // What is no address is a file of the project.
  const path = textAt(entry, "path") ?? (file === undefined || /^\w+:\/\//.test(file) ? undefined : file);
  if (path !== undefined) return { source: valueAt(entry, "editable") === true ? "editable" : "path", path };
  return { source: textAt(entry, "file") === undefined ? "registry" : "url" };
}
