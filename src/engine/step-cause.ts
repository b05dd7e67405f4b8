/** The command is what a reader looks for, once; its mounts and the lines for a company's CA would push it out of sight. */
export const shortStep = (step: string): string =>
  step
    .replace(/: process "[^]*" did not complete successfully: exit code: (\d+)/, " (exit code $1)")
    .replaceAll(/--(?:mount|network|security)=\S+\s+/g, "")
    .replaceAll(/if \[ -s \/run\/secrets\/ca-bundle \]; then [^;]*; fi\s+&& /g, "")
    .replaceAll(/\s{2,}/g, " ");

/** What the log of a step that failed names as the cause: tools end with a hint, and say the reason somewhere above it. */
export function causeIn(log: readonly string[]): string {
  const raw = unwrapped(log);
  const lines = raw.map((line) => line.replace(GUTTER, "").trim()).filter((line) => line !== "");
  const told = lines.filter((line) => !isHint(line));
  const cause =
    told.find(isError) ??
    raisedAt(lines) ??
    inGutter(raw) ??
    told.findLast(isRaised) ??
    told.find(isTold) ??
    told.at(-1);
  return withPackage(withoutAdvice(cause ?? lines.at(-1) ?? "", lines), lines);
}

/** Poetry 2 sets off what went wrong with each package, the reason first. */
const GUTTER = /^\s*\|(?: |$)/;

/** The first line of a reason; of one whose beginning is cut off, the lines left are advice. */
const inGutter = (raw: readonly string[]): string | undefined =>
  raw
    .filter((line, at) => GUTTER.test(line) && at > 0 && !GUTTER.test(raw[at - 1] ?? ""))
    .map((line) => line.replace(GUTTER, "").trim())
    .find((line) => line !== "" && !line.startsWith("Command '["));

/** Python's own names of errors too; pip's words for kinds of errors (`uninstall-no-record-file`) tell nothing. */
const isError = (line: string): boolean =>
  /^(?:\w*error|fatal|E):/i.test(line) && !/^error: [a-z]+(?:-[a-z]+){2,}$/.test(line);

/** What pip says below such a word. */
const isTold = (line: string): boolean => /^× \S/.test(line);

/** An error of Python with its module: `httpx.ConnectError: …`. */
const isRaised = (line: string): boolean => /^(?:[a-z_]\w*\.)+[A-Z]\w*: \S/.test(line);

/** Poetry 1 shows the place in its own code below the reason; the outermost error comes last. */
function raisedAt(lines: readonly string[]): string | undefined {
  const place = lines.findLastIndex((line) => IN_CODE.test(line));
  return place < 1 ? undefined : lines[place - 1];
}

const IN_CODE = /^at \S+\.py:\d+ in \S+$/;

/** What stands below a reason, or repeats that there is one. */
const HINTS: readonly RegExp[] = [
  /\bwith -v to see more information\b|\bAdd '-v' to see\b/,
  /^(?:hint|note|info): /i,
  /^Please (?:run|change|use) /,
  /^Documentation: https?:/,
  /^Run `pdm /,
  /^See \S+\.log /,
  /^Cannot install \S+\.$/,
  /^\[InstallationError\]|Some package operations failed/,
  /^ERROR: Couldn't install package: \{\}|^Package installation failed/,
  /^ERROR:: Aborting deploy|^Usage: pipenv /,
  /^(?:→\s*)?\d+│/,
  IN_CODE,
];

const isHint = (line: string): boolean => HINTS.some((hint) => hint.test(line));

/** pip's message goes on with what to do, and names the packages on the lines below. */
function withoutAdvice(cause: string, lines: readonly string[]): string {
  const said = /^(ERROR: THESE PACKAGES DO NOT MATCH THE HASHES[^.]*)\./.exec(cause)?.[1];
  if (said === undefined) return cause;
  const named = lines.flatMap((line) => /^(\S+==\S+) from /.exec(line)?.[1] ?? []);
  return named.length === 0 ? said : `${said}: ${named.join(", ")}`;
}

/** Of which package: an error of a compiler does not say what it compiled. */
function withPackage(cause: string, lines: readonly string[]): string {
  const built = lines.flatMap((line) => PACKAGE.exec(line)?.slice(1).find(Boolean) ?? [])[0];
  return built === undefined || cause.includes(built.split(/[ =]/, 1)[0] ?? built) ? cause : `${built}: ${cause}`;
}

const PACKAGE =
  /likely not a problem with poetry but (?:one of the following issues )?with (\S+ \([^)]*\))|^ERROR: Failed building wheel for (\S+)$|Failed to build `([^`]+)`|^add (\S+) failed:$/;

/** Where there is no terminal, PDM and Pipenv break their lines at 80 characters, also within a sentence. */
function unwrapped(log: readonly string[]): readonly string[] {
  if (!log.some((line) => /\bpdm\b|pipenv|Pipfile/i.test(line))) return log;
  const joined: string[] = [];
  let before = "";
  for (const line of log) {
    const last = joined.length - 1;
    if (last >= 0 && isBroken(before, line)) joined[last] = `${joined[last]?.trimEnd()} ${line}`;
    else joined.push(line);
    before = line;
  }
  return joined;
}

const WIDTH = 80;

/** The next word had no room behind this line. */
function isBroken(line: string, next: string): boolean {
  const [word = ""] = next.split(" ", 1);
  const length = line.trimEnd().length;
  return (
    length > 0 && length <= WIDTH && word !== "" && !isError(next) && !isHint(next) && length + 1 + word.length > WIDTH
  );
}
