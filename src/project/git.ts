import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Finished } from "../kit/exec.ts";
import type { Evidence, GitFacts } from "../model/types.ts";
import { readIndex, topOf } from "./git-index.ts";
import type { TreeProblem } from "./tree.ts";

export interface GitReading {
  readonly facts: GitFacts;
  readonly tracked: readonly string[];
  /** Tracked files that are links. */
  readonly links: readonly string[];
  /** Folders that are repositories of their own. */
  readonly submodules: readonly string[];
  readonly ignored: ReadonlyMap<string, Evidence>;
}

/** Nothing that the repository's own configuration names may run, and nothing is written, not even the index. */
const SAFE = ["-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit", "-c", "core.quotePath=false"];
const ENV = { GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
const NONE: GitReading = {
  facts: { repository: false, commit: undefined, dirty: [] },
  tracked: [],
  links: [],
  submodules: [],
  ignored: new Map(),
};
/** Files whose absence from git breaks a build from tracked files. */
const MUST_BE_TRACKED = [
  "uv.lock",
  "poetry.lock",
  "pdm.lock",
  "Pipfile.lock",
  "pylock.toml",
  "requirements.txt",
  "pyproject.toml",
  "README.md",
  ".python-version",
];

export interface GitOptions {
  /** Look for uncommitted changes; without it `dirty` stays empty, and most repositories are read without git. */
  readonly changes: boolean;
}

/** What git knows of a folder: three processes at most, and one more when a file that matters is there and not tracked. */
export async function readGit(root: string, problems: TreeProblem[], { changes }: GitOptions): Promise<GitReading> {
  const index = changes ? undefined : readIndex(root, process.env);
  if (index !== undefined) return reading(root, index, { commit: index.commit, dirty: [] });
  const safe = await withoutFilters(root);
  const [list, status] = await Promise.all([
    git(root, ["ls-files", "-z", "--cached", "--stage"]),
    git(root, [
      ...safe,
      "status",
      "--porcelain=v2",
      "--branch",
      "-z",
      "--untracked-files=no",
      "--no-renames",
      "--",
      ".",
    ]),
  ]);
  if (list === undefined) return NONE;
  const listed = entriesOf(list.stdout);
  // A damaged index names folders.
  if (list.code !== 0 || listed.tracked.some((path) => path.endsWith("/"))) {
    const why = refusalOf(root, list);
    if (why !== undefined) problems.push({ file: ".git", line: 1, message: why });
    return NONE;
  }
  const { commit, changed, prefixLength } = await readStatus(root, status);
  const dirty = changed.map((file) => file.slice(prefixLength));
  return reading(root, listed, { commit, dirty });
}

/** Why git gives no files although there is a `.git`; undefined where there is none. */
export function refusalOf(root: string, { stderr }: Finished): string | undefined {
  if (stderr.includes("dubious ownership")) return "git refuses this repository: another user owns it";
  if (stderr.includes("bare repository")) return "this is a bare repository: it holds history, and no files to read";
  if (topOf(root) === undefined) return undefined;
  const said = /^(?:fatal|error): (.*)$/m.exec(stderr)?.[1];
  return `git cannot read this repository, so every file of the folder counts as tracked${said === undefined ? "" : `: ${said.replaceAll(root, ".")}`}`;
}

/** What `ls-files --stage -z` lists: mode, object and stage, then the path; a file in conflict up to three times. */
function entriesOf(listed: string): Listed {
  const modes = new Map<string, string>();
  for (const entry of listed.split("\0").filter(Boolean))
    modes.set(entry.slice(entry.indexOf("\t") + 1), entry.slice(0, 6));
  const ofMode = (mode: string) => [...modes].flatMap(([path, own]) => (own === mode ? [path] : []));
  const submodules = ofMode("160000");
  const tracked = [...modes.keys()].filter((path) => modes.get(path) !== "160000");
  return { tracked, links: ofMode("120000"), submodules };
}

type Listed = Pick<GitReading, "tracked" | "links" | "submodules">;

async function reading(root: string, listed: Listed, facts: Omit<GitFacts, "repository">): Promise<GitReading> {
  const tracked = listed.tracked.toSorted();
  const known = new Set(tracked);
  const missing = MUST_BE_TRACKED.filter((file) => !known.has(file) && existsSync(join(root, file)));
  return {
    facts: { repository: true, ...facts },
    tracked,
    links: listed.links,
    submodules: listed.submodules,
    ignored: missing.length === 0 ? new Map() : await ignoredBy(root, missing),
  };
}

export async function git(root: string, args: readonly string[], input = ""): Promise<Finished | undefined> {
  // Loaded here: starting processes is a tenth of what node loads for an analysis, and most need none.
  const { run } = await import("../kit/exec.ts");
  return run("git", [...SAFE, ...args], { cwd: root, env: ENV, input, keepBytes: 64_000_000 }).catch(() => undefined);
}

/**
 * Options that switch off the filters which the repository's own configuration defines: to compare a changed file, git
 * would run their programs. Those of the user and of the machine stay: large files need them.
 */
export async function withoutFilters(root: string): Promise<readonly string[]> {
  const answer = await git(root, [
    "config",
    "--local",
    "--includes",
    "-z",
    "--name-only",
    "--get-regexp",
    "^filter\\.",
  ]);
  const names = new Set((answer?.stdout ?? "").split("\0").map((key) => key.split(".").slice(1, -1).join(".")));
  return [...names].flatMap((name) =>
    name === ""
      ? []
      : ["clean=", "smudge=", "process=", "required=false"].flatMap((set) => ["-c", `filter.${name}.${set}`]),
  );
}

/** Porcelain v2 paths start at the repository's root; the prefix is found without another process. */
async function readStatus(root: string, status: Finished | undefined) {
  const records = status?.code === 0 ? status.stdout.split("\0").filter(Boolean) : [];
  const oid = records.find((record) => record.startsWith("# branch.oid "))?.slice("# branch.oid ".length);
  const changed = records.filter((record) => record.startsWith("1 ")).map((record) => afterFields(record, 8));
  return {
    commit: oid === undefined || oid.startsWith("(") ? undefined : oid,
    changed: changed.toSorted(),
    prefixLength: prefixLengthOf(root),
  };
}

function afterFields(record: string, fields: number): string {
  let at = 0;
  for (let n = 0; n < fields; n += 1) at = record.indexOf(" ", at) + 1;
  return record.slice(at);
}

function prefixLengthOf(root: string): number {
  const top = topOf(root);
  if (top === undefined || top === root) return 0;
  return root.length - (top === "/" ? 0 : top.length);
}

/** Which line of which .gitignore hides each file. */
async function ignoredBy(root: string, files: readonly string[]): Promise<ReadonlyMap<string, Evidence>> {
  const answer = await git(root, ["check-ignore", "-v", "-z", "--stdin"], files.join("\0"));
  const fields = answer?.stdout.split("\0") ?? [];
  const ignored = new Map<string, Evidence>();
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [file = "", line = "1", text = "", path = ""] = fields.slice(at, at + 4);
    if (!text.startsWith("!")) ignored.set(path, { file, line: Number(line), text });
  }
  return ignored;
}
