import { UserError } from "../kit/errors.ts";
import { git, refusalOf, withoutFilters } from "./git.ts";

/** Lines of one file, from 1, both ends included. */
interface Lines {
  readonly from: number;
  readonly to: number;
}

/** What changed in a folder since a commit: files that are new as a whole, and changed lines of the others. */
export interface Changes {
  /** The commit they are counted from. */
  readonly base: string;
  readonly files: ReadonlyMap<string, "whole" | readonly Lines[]>;
}

const HINT = "Name a commit or a branch that is here: `--changed=origin/main`.";

/**
 * What changed in a folder since its history and that of `ref` parted: commits, uncommitted changes and new files that
 * git does not ignore. Without `ref`: what a pull request goes into, as the CI says it, else the remote's main branch.
 * @throws UserError `changed/no-repository`, `changed/no-ref`, `changed/no-merge-base`, `changed/objects-missing`.
 */
export async function changesSince(
  folder: string,
  ref: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Changes> {
  const inside = await git(folder, ["rev-parse", "--is-inside-work-tree"]);
  if (inside?.stdout.trim() !== "true") {
    const why = inside === undefined ? undefined : refusalOf(folder, inside);
    throw new UserError("changed/no-repository", `${folder} is not in a git repository that can be asked`, {
      hint: "`--changed` asks git what changed; mend the repository, or leave it out.",
      details: why === undefined ? [] : [why],
    });
  }
  const base = await mergeBase(folder, await commitOf(folder, ref === "" ? guesses(env) : [ref]));
  const safe = await withoutFilters(folder);
  const [diff, untracked] = await Promise.all([
    git(folder, [...safe, ...DIFF, base, "--", "."]),
    git(folder, ["ls-files", "--others", "--exclude-standard", "-z", "--", "."]),
  ]);
  if (diff?.code !== 0) throw damaged(`what changed since ${base}`, diff?.stderr);
  const files = new Map<string, "whole" | readonly Lines[]>(linesIn(diff.stdout));
  for (const file of untracked?.stdout.split("\0").filter(Boolean) ?? []) files.set(file, "whole");
  return { base, files };
}

/** Nothing that the repository's configuration or attributes name is run, and the form is the same everywhere. */
const DIFF = [
  "diff",
  "--unified=0",
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--find-renames",
  "--relative",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--ignore-submodules",
];

function guesses(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const target =
    env["GITHUB_BASE_REF"] || env["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] || env["BITBUCKET_PR_DESTINATION_BRANCH"];
  const named = target === undefined || target === "" ? [] : [`origin/${target}`, target];
  const exact = env["CI_MERGE_REQUEST_DIFF_BASE_SHA"] ?? "";
  const usual = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];
  return [...(exact === "" ? [] : [exact]), ...(named.length > 0 ? named : usual)];
}

async function commitOf(folder: string, refs: readonly string[]): Promise<string> {
  for (const ref of refs) {
    const found = await git(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
    if (found?.code === 0) return found.stdout.trim();
    const named = await git(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", ref]);
    const object = named?.code === 0 ? named.stdout.trim() : "";
    if (object !== "" && (await git(folder, ["cat-file", "-e", object]))?.code !== 0)
      throw damaged(`${ref} (${object})`, found?.stderr);
  }
  throw new UserError("changed/no-ref", `git knows no ${refs.join(", ")}`, {
    hint: `${HINT} In CI, fetch it first: a shallow clone holds only one commit.`,
  });
}

/** The name is known, and what it names is not there: no other name helps. */
const damaged = (what: string, stderr = ""): UserError =>
  new UserError("changed/objects-missing", `git cannot read ${what}: objects are missing from the repository`, {
    hint: "`git fsck` tells which; fetch them (`git fetch --refetch`) or clone the repository again.",
    details: stderr.split("\n").filter(Boolean).slice(0, 3),
  });

async function mergeBase(folder: string, commit: string): Promise<string> {
  const found = await git(folder, ["merge-base", "HEAD", commit]);
  if (found?.code === 0) return found.stdout.trim();
  throw new UserError("changed/no-merge-base", `git finds no common ancestor of HEAD and ${commit}`, {
    hint: "A shallow clone does not reach back that far: fetch more history (`fetch-depth: 0`, `git fetch --unshallow`).",
  });
}

/** The changed lines of a unified diff without context. Beside a deletion, the lines before and after it count. */
function* linesIn(diff: string): Generator<[string, "whole" | readonly Lines[]]> {
  let current: { file: string; lines: Lines[] } | undefined;
  let isNew = false;
  for (const line of diff.split("\n")) {
    if (line.startsWith("diff --git ")) {
      if (current !== undefined) yield [current.file, isNew ? "whole" : current.lines];
      [current, isNew] = [undefined, false];
    } else if (current === undefined && line.startsWith("new file mode")) isNew = true;
    else if (current === undefined && line.startsWith("+++ ")) {
      const file = pathOf(line.slice("+++ ".length));
      if (file !== undefined) current = { file, lines: [] };
    } else if (line.startsWith("@@ ")) current?.lines.push(hunkOf(line));
  }
  if (current !== undefined) yield [current.file, isNew ? "whole" : current.lines];
}

/** `b/name`, or quoted as C does it when the name holds odd characters; a tab ends a name with blanks. */
function pathOf(written: string): string | undefined {
  const name = written.startsWith('"') ? unquoted(written) : written.replace(/\t.*$/, "");
  return name.startsWith("b/") ? name.slice(2) : undefined;
}

function unquoted(text: string): string {
  const bytes: number[] = [];
  const inner = text.slice(1, text.lastIndexOf('"'));
  for (const [whole, octal, letter] of inner.matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/g)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter === undefined) bytes.push(...Buffer.from(whole));
    else bytes.push((ESCAPES[letter] ?? letter).charCodeAt(0));
  }
  return Buffer.from(bytes).toString("utf8");
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", a: "\u0007" };

function hunkOf(line: string): Lines {
  const match = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line);
  const from = Number(match?.[1] ?? 1);
  const count = Number(match?.[2] ?? 1);
  return count === 0 ? { from, to: from + 1 } : { from, to: from + count - 1 };
}
