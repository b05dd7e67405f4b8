interface Line {
  readonly start: number;
  /** Offset of its first character that is no blank. */
  readonly at: number;
  readonly end: number;
}

/** What the questions about a service look for inside functions. A body without any of it is not worth parsing. */
const INTERESTING = new RegExp(
  [
    /^[ \t]*@|environ|getenv|open\(|subprocess|shutil|\bos\.|tempfile|Path\(|__file__|mkdir|makedirs|touch\(|unlink|iterdir/,
    /(?:write|read)_(?:text|bytes)|FastAPI|Flask|Starlette|Litestar|Quart|Sanic|Application|falcon|Celery|\.App\(|\.API\(/,
    /_application|Interface|Blocks|\.run\(|run_app|run_simple|serve\(|launch\(|Server\(|Granian|include_router|blueprint|mount/i,
    /[rR]oute|Controller|add_(?:get|post|put|patch|delete|view|subapp)|\bconfig\(|\benv[.(]|sqlite|FileHandler|basicConfig/,
    /\bon_(?:get|post|put|patch|delete)\b|def (?:get|post|put|patch|delete|head)\(self|HTTPServer|make_server|TCPSite|secure_port|add_argument|\.listen\(|PersistentClient|Templates|StaticFiles|fileConfig|dotenv|metadata|version\(|popen|create_subprocess|Settings|pkg_resources/,
    /joinpath|open_file\(|\bconfig[.[]|Storage\(|UPLOAD/,
    /\.to_(?:csv|excel|parquet|pickle|feather|json)\(|savefig|ZipFile|engine\(|\.start\(|shlex/,
    /launch_persistent|connect_over_cdp|\.(?:Chrome|Firefox|Edge|Remote)\(|binary_location|envvar/,
    /joblib|\.save(?:z\w*|txt|_(?:file|model|pretrained))?\((?!\)|\w+=)|im(?:write|save)\(|extractall\(|urlretrieve/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "m",
);
/** Classes whose fields are settings, hold routes or name their paths; a constant in capitals may be a prefix of routes. */
const TELLING_CLASS = /Settings|Controller|Config|View\b|Enum\)|RequestHandler\b/;
const CONSTANT = /^[ \t]+[A-Z][A-Z\d_]*\s*[:=]/m;
const DEFINITION = /(?:async[ \t]+)?def[ \t]|class[ \t]/y;

/**
 * The same text with the bodies blanked out that no question is about, character by character, so that offsets and
 * lines stay. Parsing is the larger part of reading a service, and most of a service's Python is its business.
 */
export function outline(text: string): string {
  const lines = logicalLines(text);
  const keepsClasses = TELLING_CLASS.test(text);
  const parts: string[] = [];
  let copied = 0;
  const blank = (from: number, to: number) => {
    // The place is held by one expression: an empty body would be an error.
    parts.push(text.slice(copied, from), "0", spaces(text.slice(from + 1, to)));
    copied = to;
  };
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    const first = lines[index + 1];
    if (line === undefined) break;
    const last = lastOfBody(lines, index);
    const end = lines[last]?.end ?? line.end;
    if (last > index && first !== undefined && isBoring(text, line, { from: first.start, end, keepsClasses })) {
      const decorated = index > 0 && text[lines[index - 1]?.at ?? 0] === "@";
      // Nothing asks for a definition that has neither a decorator nor a telling body.
      const whole =
        !decorated && !text.startsWith("class", line.at) && !INTERESTING.test(text.slice(line.at, line.end));
      blank(whole ? line.at : first.at, end);
      index = last;
    } else if (DOCSTRING.test(text.slice(line.at, line.at + 4))) blank(line.at, line.end);
  }
  parts.push(text.slice(copied));
  return parts.join("");
}

const DOCSTRING = /^[rRuU]?(?:"""|''')/;

const spaces = (text: string): string =>
  text
    .split("\n")
    .map((line) => " ".repeat(line.length))
    .join("\n");

/** The last line that is indented more than a definition's own, or the definition itself when none is. */
function lastOfBody(lines: readonly Line[], index: number): number {
  const indent = indentOf(lines[index]);
  let last = index;
  while (last + 1 < lines.length && indentOf(lines[last + 1]) > indent) last += 1;
  return last;
}

const indentOf = (line: Line | undefined): number => (line === undefined ? 0 : line.at - line.start);

function isBoring(
  text: string,
  line: Line,
  { from, end, keepsClasses }: { readonly from: number; readonly end: number; readonly keepsClasses: boolean },
): boolean {
  DEFINITION.lastIndex = line.at;
  if (!DEFINITION.test(text)) return false;
  const body = text.slice(from, end);
  if (text.startsWith("class", line.at) && (keepsClasses || CONSTANT.test(body))) return false;
  return !INTERESTING.test(body);
}

const PLAIN = /[^'"#()[\]{}\n\\]+/y;

/** Lines as Python counts them: brackets and triple quotes go over line breaks. Empty lines and comments are left out. */
function logicalLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start < text.length) {
    let at = start;
    while (text[at] === " " || text[at] === "\t") at += 1;
    const end = endOfLine(text, at);
    const first = text[at];
    if (first !== "\n" && first !== "\r" && first !== "#" && first !== undefined) lines.push({ start, at, end });
    start = end + 1;
  }
  return lines;
}

function endOfLine(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    PLAIN.lastIndex = at;
    if (PLAIN.test(text)) at = PLAIN.lastIndex;
    const character = text[at];
    if (character === undefined) break;
    if (character === "\n" && depth <= 0) return at;
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth -= 1;
    else if (character === "\\") at += 1;
    else if (character === "#") at = endOf(text, "\n", at) - 1;
    else if (character === '"' || character === "'") at = endOfString(text, at);
    at += 1;
  }
  return text.length;
}

const endOf = (text: string, what: string, from: number): number => {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
};

/** Offset of a string's last quote. A string of one line ends with the line at the latest. */
function endOfString(text: string, from: number): number {
  const quote = text[from] ?? "";
  const triple = text.startsWith(quote.repeat(3), from);
  for (let at = from + (triple ? 3 : 1); at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (!triple && text[at] === "\n") return at - 1;
    else if (text[at] === quote && (!triple || text.startsWith(quote.repeat(3), at))) return triple ? at + 2 : at;
  }
  return text.length;
}
