import { mayNameSecret, namesSecret } from "./secret-names.ts";
import { shapedIn } from "./secret-shapes.ts";

/** What stands where a secret stood. */
export const REDACTED = "‹redacted›";

/** Replaces each secret. Values shorter than 6 characters are left: they would blank out half of every log. */
export function redact(text: string, secrets: Iterable<string>): string {
  let result = text;
  for (const secret of secrets) if (secret.length >= 6) result = result.replaceAll(secret, REDACTED);
  return result;
}

/** Whether a value that looks like a secret is to be hidden; whoever collects them says yes to all. */
export type Hides = (value: string) => boolean;

/**
 * Hides what is a secret by its shape or by the name it is given to: `NAME=value`, `"name": "value"`, `--name value`,
 * Docker's old `ENV NAME value`, headers, passwords in URLs and of `curl -u` and `chpasswd`, tokens of known shapes.
 * References such as `$TOKEN` and `${TOKEN}` are no values.
 */
export function redactByShape(text: string, hides: Hides = () => true): string {
  let result = text;
  for (const { value } of shapedIn(text)) {
    if (hides(value)) result = result.replaceAll(value, REDACTED);
  }
  return HINT.test(result.toLowerCase()) ? withoutAssigned(inForms(result, FORMS, hides), hides) : result;
}

function inForms(text: string, forms: readonly Form[], hides: Hides): string {
  let result = text;
  for (const [expression, isSecret] of forms)
    result = result.replace(expression, (whole: string, before: string, name: string, value: string) =>
      isSecret(name, before, value) && isValue(value)
        ? `${whole.slice(0, whole.length - value.length)}${hide(value, hides)}`
        : whole,
    );
  return result;
}

/** What commands are given as logins, headers and options, as values. */
export function secretsInCommands(text: string): readonly string[] {
  const found = new Set<string>();
  inForms(text, OF_COMMANDS, (value) => found.add(value).has(value));
  return [...found];
}

/** The secrets of a text, as values: only for whoever takes them out of what is shown. */
export function secretsIn(text: string): readonly string[] {
  const found = new Set<string>();
  redactByShape(text, (value) => found.add(value).has(value));
  return [...found];
}

/** Told from ordinary words, so that it may be taken out wherever it turns up. `postgres` is a password in many places, and a word in all. */
export const isDistinctive = (value: string): boolean =>
  value.length >= 12 || (value.length >= 6 && /\d|[^\w/.-]/.test(value) && /[A-Za-z]/.test(value));

/** Of a file that is a secret: each line, and the value of each assignment, since either may be printed. */
export const secretLines = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .flatMap((line) =>
      /^(?:\[.*\]|#.*)?$/.test(line)
        ? []
        : [
            line,
            line
              .slice(line.indexOf("=") + 1)
              .trim()
              .replace(/^(["'])(.*)\1$/, "$2"),
          ],
    );

type Asked = (name: string, before: string, value: string) => boolean;

const QUOTED = String.raw`\\?"(?:[^"\\\n]|\\[^"\n])*\\?"|\\?'[^'\n]*'`;
const BARE = "[^\\s\"'`]+";
/** Text before, name, value: the value ends the match, so that the rest is kept as it is. */
type Form = readonly [RegExp, Asked];

/** What a command is given beside its settings: logins, headers, options. */
const OF_COMMANDS: readonly Form[] = [
  [/((\bcurl\b)[^|;&\n]*?\s(?:-u|--user)[ =]?["']?[^\s:"']+:)([^\s"']+)/g, () => true],
  [/((\becho\b)\s+(?:-n\s+)?["']?[\w.-]+:)([^\s"'|]+(?=["']?\s*\|\s*(?:\S*\/)?chpasswd))/g, () => true],
  [/((\buser(?:add|mod)\b)[^|;&\n]*?\s(?:-p|--password)[ =])(\S+)/g, () => true],
  [
    new RegExp(
      `(\\b((?:Proxy-)?Authorization|(?:Set-)?Cookie|\\w{1,40}(?:-\\w{1,40}){1,8})["']?\\s*:\\s*["']?(?:(?:Bearer|Basic|Token|Digest)\\s+)?)(${BARE})`,
      "gi",
    ),
    (name) => /^(?:(?:Proxy-)?Authorization|(?:Set-)?Cookie)$/i.test(name) || namesSecret(name),
  ],
  [/(\b(Bearer)\s+)([\w.+/=~-]{16,})/g, () => true],
  [
    new RegExp(`(--([A-Za-z][\\w-]{0,60})\\s+)(${QUOTED}|(?!-)${BARE})`, "g"),
    (name, _, value) => namesSecret(name) && !/^(?:id|type|src|source|env)=/.test(value),
  ],
];

const FORMS: readonly Form[] = [
  // The password of a URL goes up to the last `@` before the path; the user may be missing.
  [/((\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@"'`]{0,200}):)([^\s/"'`<>]+(?=@))/gi, () => true],
  // A token in place of the user.
  [/((\bhttps?:\/\/))([\w-]{20,}(?=@))/gi, () => true],
  ...OF_COMMANDS,
  // What a program takes when the variable is not set.
  [
    new RegExp(`(\\(\\s*["'](\\w{1,120})["']\\s*,\\s*(?:default\\s*=\\s*)?)(${QUOTED})`, "g"),
    (name) => namesSecret(name),
  ],
  // Docker's old form: the value is the rest of the line.
  [
    /((?:^[-+]?|[`|"'])[ \t]*(?:ONBUILD\s+)?(?:ENV|ARG|LABEL)\s+([\w.-]+)[ \t]+)([^\s=`][^\n`]*)/gim,
    (name) => mayNameSecret(name),
  ],
];

/** One quick look that most texts do not pass: without one of these nothing below finds anything. In small letters: see `secret-shapes.ts`. */
const HINT =
  /pass|pwd|secret|token|key|credential|salt|dsn|_auth|authorization|cookie|bearer|:\/\/\S*@|\s-u|--user|user(?:add|mod)/;

const NAMED = /(?<![\w$])\\?["']?([A-Za-z_][\w.-]{0,120})\\?["']?[ \t]*[=:][ \t]*/g;
const GIVEN = new RegExp(`${QUOTED}|${BARE}`, "y");

/** `NAME=value` and `name: value`. Only the value of a secret is passed over: any other may hold such a pair itself. */
function withoutAssigned(text: string, hides: Hides): string {
  let result = "";
  let done = 0;
  for (const named of text.matchAll(NAMED)) {
    const [before, name = ""] = named;
    if (named.index < done || !mayNameSecret(name)) continue;
    GIVEN.lastIndex = named.index + before.length;
    const value = GIVEN.exec(text)?.[0];
    if (value === undefined || !isValue(value)) continue;
    if (!(before.trimEnd().endsWith("=") ? isAssigned(name, before, value) : isField(name, value))) continue;
    result += text.slice(done, named.index) + before + hide(value, hides);
    done = named.index + before.length + value.length;
  }
  return result + text.slice(done);
}

/** Code that fetches the value, such as `os.environ[…]` or `get_token()`, is none. */
const CODE = /^[A-Za-z_][\w.]*[[(]/;

function isAssigned(name: string, before: string, value: string): boolean {
  if (/\s=\s*$/.test(before) && CODE.test(value)) return false;
  return namesSecret(name) || (/^[A-Z_][A-Z0-9_]*$/.test(name) && mayNameSecret(name));
}

/** After a colon prose follows as well: only a quoted value, one that no word looks like, or the name of a variable is clear. */
function isField(name: string, value: string): boolean {
  // `${NAME:?message}` and `${NAME:+other}` of a shell.
  if (!namesSecret(name) || /^[?+]/.test(value)) return false;
  return /^\\?["']/.test(value) || /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(name) || (value.length >= 6 && /\d/.test(value));
}

/** No reference, no switch, not hidden already. */
export const isValue = (value: string): boolean =>
  !/^\\?["']?(?:\$(?:\{\w+\}|\w+)?|\$\([^)]*\)?|\{\{.*|%\w+%|<[^>]*>|\u2039redacted\u203a.*|true|false|none|null|\u2026|-)?\\?["']?[,;.)\]}]*$/is.test(
    value,
  );

function hide(value: string, hides: Hides): string {
  const quote = /^\\?["']/.exec(value)?.[0] ?? "";
  const bare = quote === "" ? value : value.slice(quote.length, value.endsWith(quote) ? -quote.length : undefined);
  return hides(bare) ? `${quote}${REDACTED}${quote}` : value;
}
