import { posix } from "node:path";
import { trimSpace } from "./chars.ts";
import { readGlob } from "./glob.ts";
import { candidatesOf, type Key, merged } from "./ignore-candidates.ts";

/** A .dockerignore, with Docker's own semantics (moby's patternmatcher), not git's. */
export interface Ignore {
  /** The line that keeps `path` (relative to the context, with `/`) out of the build, or undefined when it gets in. */
  excludes(path: string): IgnoreLine | undefined;
  /** Lines for which a build would be refused; they count as absent here. */
  readonly problems?: readonly (IgnoreLine & { readonly message: string })[];
}

export interface IgnoreLine {
  readonly line: number;
  readonly text: string;
}

interface Pattern extends IgnoreLine {
  /** `!`: lets back in what an earlier line kept out. */
  readonly exception: boolean;
  readonly matches: (path: string) => boolean;
  /** What every path that it matches begins or ends with: thousands of patterns are not all tried on each path. */
  readonly key: Key;
}

/** Reads the text of a .dockerignore. An empty text excludes nothing. */
export function readIgnore(text: string): Ignore {
  const patterns: Pattern[] = [];
  const problems: (IgnoreLine & { message: string })[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, "")
    .split("\n")
    .entries()) {
    // Only a `#` in the first column makes a comment.
    if (raw.startsWith("#")) continue;
    const trimmed = trimSpace(raw);
    if (trimmed === "") continue;
    const at = { line: index + 1, text: trimmed };
    const pattern = readPattern(trimmed);
    if (typeof pattern === "string") problems.push({ ...at, message: pattern });
    else if (pattern !== undefined) patterns.push({ ...at, ...pattern });
  }
  return { excludes: matcher(patterns), problems };
}

/** Patterns given one by one, as `COPY --exclude=` does; the line is their position from 1. */
export function ignoreOf(patterns: readonly string[]): Ignore {
  return readIgnore(patterns.join("\n"));
}

function readPattern(trimmed: string): Pick<Pattern, "exception" | "matches" | "key"> | string | undefined {
  const exception = trimmed.startsWith("!");
  const written = exception ? trimSpace(trimmed.slice(1)) : trimmed;
  if (written === "") return "a ! needs a pattern behind it";
  const cleaned = clean(written);
  const path = cleaned.length > 1 && cleaned.startsWith("/") ? cleaned.slice(1) : cleaned;
  if (exception && path === "/") return "a ! needs a pattern behind it";
  const read = pathMatcher(path);
  return read === undefined ? `the pattern "${path}" is not valid` : { exception, ...read };
}

/** Go's `path.Clean`: no `.`, no double or trailing slashes, `..` resolved. */
export function clean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}

function pathMatcher(pattern: string): Pick<Pattern, "matches" | "key"> | undefined {
  const glob = readGlob(pattern, "ignore");
  if (glob === undefined) return undefined;
  const wild = /[*?[\]\\]/;
  // `dir/**`: everything below, not the directory itself.
  if (pattern.endsWith("**") && !wild.test(pattern.slice(0, -2))) {
    const prefix = pattern.slice(0, -2);
    return { matches: (path) => path.startsWith(prefix), key: { side: "head", text: prefix } };
  }
  // `**/name` and `**name`: the end of the path, at any depth.
  if (pattern.startsWith("**") && !wild.test(pattern.slice(2))) {
    const suffix = pattern.slice(2);
    const whole = suffix.startsWith("/") ? suffix.slice(1) : undefined;
    return {
      matches: (path) => path.endsWith(suffix) || path === whole,
      key: { side: "tail", text: whole ?? suffix },
    };
  }
  const { head, tail } = glob;
  return {
    matches: glob.matches,
    key: head.length > tail.length ? { side: "head", text: head } : { side: "tail", text: tail },
  };
}

/**
 * Walks down to the path as Docker does: each pattern is tried on every parent too, the last one that applies wins, and
 * an exception is only tried where something before it excludes.
 */
function matcher(patterns: readonly Pattern[]): Ignore["excludes"] {
  interface Verdict {
    /** The places of those that match it or a folder above it. */
    readonly matched: ReadonlySet<number>;
    readonly by: Pattern | undefined;
  }
  const root: Verdict = { matched: new Set(), by: undefined };
  const folders = new Map<string, Verdict>();
  const candidates = candidatesOf(patterns.map(({ key }) => key));
  const judge = (path: string, parent: Verdict): Verdict => {
    const own = candidates(path).filter((place) => !parent.matched.has(place));
    if (own.length === 0) return parent;
    const matched = new Set<number>();
    let by: Pattern | undefined;
    for (const place of merged([...parent.matched], own)) {
      const pattern = patterns[place] as Pattern;
      const applies = pattern.exception === (by !== undefined);
      if (!parent.matched.has(place) && !(applies && pattern.matches(path))) continue;
      matched.add(place);
      by = pattern.exception ? undefined : (by ?? pattern);
    }
    return { matched, by };
  };
  const folder = (path: string): Verdict => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf("/");
    const verdict = judge(path, slash < 0 ? root : folder(path.slice(0, slash)));
    folders.set(path, verdict);
    return verdict;
  };
  return (path) => {
    const cleaned = clean(path).replace(/^\//, "");
    if (patterns.length === 0 || cleaned === "." || cleaned === "" || cleaned.length > 8192) return undefined;
    const slash = cleaned.lastIndexOf("/");
    const { by } = judge(cleaned, slash < 0 ? root : folder(cleaned.slice(0, slash)));
    return by === undefined ? undefined : { line: by.line, text: by.text };
  };
}
