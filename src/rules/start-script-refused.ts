import { copiedBy } from "./queries/context.ts";
import { commandsOf, outermostLast } from "./queries/commands.ts";
import { placesOfWord } from "./queries/entrypoint.ts";
import { changed, healthcheck, healthyWith, project, startLine } from "./queries/example.ts";
import { firstProgram } from "./queries/first-program.ts";
import { situationAt } from "./queries/settings.ts";
import { type Start, startOf } from "./queries/start.ts";
import { at, flag, shippedSteps, type Step } from "./queries/steps.ts";
import type { Instruction } from "../model/types.ts";
import { healthScriptCall, type ScriptReader } from "./queries/health-script.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const started = (start: string, script: string, before = "") =>
  project({
    Dockerfile: healthyWith([startLine, `COPY start.sh /app/start.sh\n${before}${start}\n`]),
    "start.sh": script,
  });
const entry = 'ENTRYPOINT ["/app/start.sh"]';
const body = "set -e\nexec uvicorn app.main:app --host 0.0.0.0 --timeout-graceful-shutdown 20\n";

const checked = (command: string, script: string) => ({
  ...changed([healthcheck, `COPY health.sh /app/\nHEALTHCHECK --start-period=20s CMD ${command}\n`]),
  "health.sh": script,
});
const ask = "python -m app.health\n";

export const startScriptRefused: Rule = {
  id: "start-script-refused",
  title: "The script that the container starts with, or that its health check starts, cannot be started",
  why: "The build is green and the container ends at once: `exec format error` where the first line of the script is not `#!…`, `no such file or directory` where that line ends with the carriage return of a Windows editor, `permission denied` where nothing made the file executable. A health check of such a script fails from the first minute. On the laptop it worked by `bash start.sh`, or on a folder whose files are all executable.",
  source: "execve(2): ENOEXEC, ENOENT and EACCES; seen in public Dockerfiles",
  demand: "found-when-started",
  severity: "error",
  confidence: "certain",
  advice:
    "Begin the file with `#!/bin/sh`, end its lines as Linux does (`*.sh text eol=lf` in .gitattributes), and make it executable in git (`git update-index --chmod=+x start.sh`) or by `COPY --chmod=755`.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      started(entry, body),
      started(entry, `# start.sh\n#!/bin/sh\n${body}`),
      started(entry, `#!/bin/sh\r\n${body.replaceAll("\n", "\r\n")}`),
      started("CMD ./start.sh", `#!/usr/bin/env bash\r\n${body.replaceAll("\n", "\r\n")}`),
      started('CMD ["sh", "start.sh"]', body.replaceAll("\n", "\r\n")),
      started('ENTRYPOINT ["tini", "--", "/app/start.sh"]', body),
      checked('["/app/health.sh"]', ask),
      checked("/app/health.sh || exit 1", `#!/bin/sh\r\n${ask}`),
    ],
    good: [
      started(entry, `#!/bin/sh\n${body}`),
      // A shell that is told the file needs no first line, and takes one that it meets without.
      started('CMD ["sh", "start.sh"]', body),
      started("CMD ./start.sh", body),
      checked('["/app/health.sh"]', `#!/bin/sh\n${ask}`),
      checked('["sh", "/app/health.sh"]', ask),
      checked("/app/health.sh", ask),
      started(entry, `#!/bin/sh\r\n${body.replaceAll("\n", "\r\n")}`, "RUN sed -i 's/\\r$//g' /app/start.sh\n"),
    ],
  },
  *check(input) {
    const start = startOf(input.dockerfile);
    const called = start && calledBy(input, start);
    if (start !== undefined && called !== undefined)
      yield* refused(input, called, { ...start, ending: "the container ends with" });
    const health = healthScriptCall(input);
    // Python reads lines of Windows, and asks for no first line.
    if (health !== undefined && health.how !== "python")
      yield* refused(input, health, { ...health.health, ending: "every health check fails with" });
  },
};

interface Called {
  /** Where the script may lie in the image. */
  readonly places: readonly string[];
  readonly how: ScriptReader;
}

interface By {
  readonly instruction: Instruction;
  /** What the words of the kernel's error are put behind. */
  readonly ending: string;
}

function* refused(input: RuleInput, called: Called, { instruction, ending }: By): Generator<RuleFinding> {
  const copy = copyOf(input, called.places);
  const text = copy && input.read?.(copy.source);
  if (copy === undefined || text === undefined) return;
  for (const message of problemsOf(input, called, { ...copy, text, ending }))
    yield { message, where: at(input.dockerfile, instruction) };
}

/** The script that the image's own command names first. */
function calledBy(input: RuleInput, start: Start): Called | undefined {
  const [word, how] = firstWord(input, start);
  if (word === undefined || word.includes("$") || word.startsWith("-")) return undefined;
  return { places: placesOfWord(situationAt(input.dockerfile, start.stage).workdir, word), how };
}

function firstWord(input: RuleInput, { script, commands }: Start): readonly [string | undefined, Called["how"]] {
  if (script !== undefined) return [outermostLast(commands)?.argv.find((word) => word !== "exec"), "path"];
  const [program, read] = firstProgram(input)?.words ?? [];
  return /(?:^|\/)(?:ba|da|a)?sh$/.test(program ?? "") ? [read, "read"] : [program, "exec"];
}

/** The COPY that brings it from the context, and what it is called there. */
function copyOf(input: RuleInput, places: readonly string[]) {
  return shippedSteps(input.dockerfile)
    .flatMap((step) => copiedBy(input, step).files.map((file) => ({ step, ...file })))
    .findLast(({ destination }) => places.includes(destination));
}

interface Script {
  readonly ending: string;
  readonly step: Step;
  readonly source: string;
  readonly text: string;
}

function* problemsOf(input: RuleInput, { how }: Called, { step, source, text, ending }: Script): Generator<string> {
  const name = source.split("/").at(-1) ?? source;
  const changing = shippedSteps(input.dockerfile)
    .filter(({ instruction }) => instruction.keyword === "RUN")
    .flatMap(({ instruction }) => commandsOf(instruction))
    .filter(({ argv }) => argv.some((word) => word.endsWith(name) || /^-R|[*{]|\/$|^\.$/.test(word)));
  const isChangedBy = (program: RegExp) => changing.some((command) => program.test(command.program));
  const [first = ""] = text.split("\n", 1);
  if (
    how !== "read" &&
    input.isExecutable?.(source) === false &&
    !isChangedBy(/^(?:chmod|install)$/) &&
    !isModeGiven(step)
  )
    yield `${source} is not executable, and nothing makes it so: ${ending} \`permission denied\`.`;
  if (isChangedBy(/^(?:sed|dos2unix|tr|perl|awk|fromdos)$/)) return;
  if (how === "exec" && !first.startsWith("#!"))
    yield `${source} does not begin with \`#!\`: ${ending} \`exec format error\`.`;
  else if (first.endsWith("\r"))
    yield `The lines of ${source} end as on Windows: ${how === "read" ? "the shell takes each carriage return for a part of the command" : `${ending} \`no such file or directory\``}.`;
}

const isModeGiven = ({ instruction }: Step): boolean => flag(instruction, "chmod") !== undefined;
