import type { Dependency, DependencyFacts, ProgramUse, StartCommand } from "../model/types.ts";
import { commandsIn } from "../dockerfile/shell.ts";
import { constantText } from "./constants.ts";
import { isRunByHand } from "./by-hand.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import { type Call, dotted, enclosing, type Expression, type Scope, within } from "./python-tree.ts";
import { expectsAbsence, expectsAnything } from "./attempts.ts";
import { baseName, simpleCommands, unwrap } from "./unwrap.ts";

/** Libraries that are nothing without another program, and what they call. */
const THROUGH: ReadonlyMap<string, readonly string[]> = new Map([
  ["gitpython", ["git"]],
  ["gitingest", ["git"]],
  ["dulwich", []],
  ["pdf2image", ["pdftoppm"]],
  ["pytesseract", ["tesseract"]],
  ["ocrmypdf", ["tesseract", "gs"]],
  ["pydub", ["ffmpeg"]],
  ["moviepy", ["ffmpeg"]],
  ["ffmpeg-python", ["ffmpeg"]],
  ["openai-whisper", ["ffmpeg"]],
  ["pdfkit", ["wkhtmltopdf"]],
  ["imgkit", ["wkhtmltoimage"]],
  ["pypandoc", ["pandoc"]],
  ["textract", ["antiword", "pdftotext"]],
  ["graphviz", ["dot"]],
  ["pydot", ["dot"]],
  ["camelot-py", ["gs"]],
  ["unoconv", ["soffice"]],
  ["python-nmap", ["nmap"]],
  ["django-dbbackup", ["pg_dump"]],
  ["ansible-runner", ["ansible-playbook"]],
  ["rclone-python", ["rclone"]],
  ["exiftool", ["exiftool"]],
  ["pyexiftool", ["exiftool"]],
  ["wand", ["convert"]],
  ["python-gnupg", ["gpg"]],
]);
/** Started by the interpreter itself; there is always one. */
const ALWAYS_THERE = /^(?:python[\d.]*|sh|bash)$/;
const WORDS = ["subprocess", "os.system", "os.popen", "os.exec", "shutil", "create_subprocess"];

/** What asks git about the repository that the code lies in. */
const OWN_REPOSITORY = /^git (?:\S+ )*?(?:describe|rev-parse|rev-list|symbolic-ref|status|log|show|branch)\b/;

/**
 * Programs outside Python that the service runs, by its own calls and through its libraries; not those of scripts that
 * somebody runs by hand.
 * @param lock The file that names the libraries. `starts`: how the service is started; without it every file counts.
 */
export function readPrograms(
  sources: PythonSources,
  { runtime, runtimeClosure }: Pick<DependencyFacts, "runtime" | "runtimeClosure">,
  { lock, starts = [] }: { readonly lock: string; readonly starts?: readonly StartCommand[] },
): readonly ProgramUse[] {
  const uses: ProgramUse[] = [];
  for (const file of sources.withAny(...WORDS)) {
    if (isRunByHand(sources, file, starts)) continue;
    const lookedFor = lookedForIn(sources, file);
    for (const call of file.calls) {
      const program = programIn(sources, file, call);
      if (isCommand(call.scope)) continue;
      if (program === undefined || program === "" || ALWAYS_THERE.test(program)) continue;
      const isOptional =
        lookedFor.has(program) ||
        expectsAbsence(file, call) ||
        // No image holds the repository: who catches whatever happens then knows it.
        (program === "git" && OWN_REPOSITORY.test(wordsIn(call)) && expectsAnything(file, call));
      uses.push({ program, confidence: isOptional ? "needs-proof" : "certain", evidence: evidenceOf(file, call) });
    }
  }
  return [...uses, ...throughLibraries(runtime, runtimeClosure, lock)];
}

/** `shutil.which("git")`: who asks whether a program is there can do without it. */
const lookedForIn = (sources: PythonSources, file: PythonFile): ReadonlySet<string | undefined> =>
  new Set(
    file.calls
      .filter((call) => calledName(file, call) === "shutil.which")
      .map((call) => wordOf(sources, file, call.args[0])),
  );

/** `@app.cli.command("…")`: somebody runs it by hand, in Flask and Quart. */
const isCommand = (scope: Scope): boolean =>
  enclosing(scope, "function")?.decorators.some((one) => {
    const name = dotted(one.kind === "call" ? one.of : one);
    return name.endsWith(".cli.command");
  }) === true;

/** The words of a call's arguments in a row: `git rev-parse HEAD`. */
const wordsIn = ({ args, keywords }: Call): string =>
  [...args, ...keywords.values()]
    .flatMap((argument) => [...within(argument)])
    .flatMap((part) => (part.kind === "text" ? [part.value] : []))
    .join(" ");

function programIn(sources: PythonSources, file: PythonFile, call: Call): string | undefined {
  const name = calledName(file, call);
  if (name === "shutil.which" || /^os\.(?:exec|spawn)[lv]p?e?$/.test(name)) return wordOf(sources, file, call.args[0]);
  if (/^asyncio\.(?:subprocess\.)?create_subprocess_exec$/.test(name)) return wordOf(sources, file, call.args[0]);
  if (
    /^(?:os\.(?:system|popen)|subprocess\.(?:getoutput|getstatusoutput)|asyncio\.(?:subprocess\.)?create_subprocess_shell)$/.test(
      name,
    )
  )
    return firstWord(commandText(sources, file, call.args[0]));
  if (!/^subprocess\.(?:run|call|check_call|check_output|Popen)$/.test(name)) return undefined;
  const command = call.args[0] ?? call.keywords.get("args");
  const held =
    command?.kind === "name"
      ? (file.assignments.find(({ target, scope }) => target === command.path && scope === call.scope)?.value ??
        command)
      : command;
  return held?.kind === "list" ? wordOf(sources, file, held.items[0]) : firstWord(commandText(sources, file, held));
}

/** A command as text, also of one that is split; of an f-string what stands before the first value, when that is a whole word. */
function commandText(sources: PythonSources, file: PythonFile, written: Expression | undefined): string | undefined {
  const command = splitText(file, written);
  const whole = constantText(sources, file, command);
  if (whole !== undefined || command?.kind !== "format") return whole;
  const first = constantText(sources, file, command.parts[0]);
  return first !== undefined && /^\S+\s/.test(first) ? first : undefined;
}

/** The text of `shlex.split("…")` and of `"…".split()`; nothing of one that is split by another sign. */
function splitText(file: PythonFile, written: Expression | undefined): Expression | undefined {
  if (written?.kind !== "call") return written;
  if (calledName(file, written) === "shlex.split") return written.args[0];
  if (written.of.kind !== "member" || written.of.name !== "split") return written;
  return written.args.length === 0 ? written.of.of : undefined;
}

function wordOf(sources: PythonSources, file: PythonFile, expression: Expression | undefined): string | undefined {
  const text = constantText(sources, file, expression);
  return text === undefined || text.includes(" ") ? undefined : baseName(text);
}

function firstWord(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  // Of a pipe, the first.
  const [piped] = commandsIn(text);
  const words = simpleCommands(text)[0]?.words ?? (piped === undefined ? [] : [piped.name, ...piped.args]);
  return baseName(unwrap(words).argv[0] ?? "");
}

function throughLibraries(
  dependencies: readonly Dependency[],
  closure: readonly string[],
  lock: string,
): readonly ProgramUse[] {
  const known = new Set(closure);
  return [...THROUGH].flatMap(([library, programs]) => {
    const named = dependencies.find(({ name }) => name === library);
    if (named === undefined && !known.has(library)) return [];
    const evidence =
      named === undefined ? { file: lock, line: 1, text: library } : { ...named.place, text: named.requirement };
    return programs.map((program) => ({ program, through: library, confidence: "likely" as const, evidence }));
  });
}
