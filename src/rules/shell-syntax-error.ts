import { lineAt } from "../kit/lines.ts";
import { refusedByDash } from "../dockerfile/dash-grammar.ts";
import { shellProblems } from "../dockerfile/shell.ts";
import { baseOf } from "./queries/base.ts";
import { entrypointScripts } from "./queries/entrypoint.ts";
import { changed, healthy, healthyWith, inBuilder, project, startLine } from "./queries/example.ts";
import { BASH, isScript, scriptIn, shellOf, unquotedCall, withoutQuoted } from "./queries/sh-scripts.ts";
import { rootImage } from "./queries/settings.ts";
import { startOf } from "./queries/start.ts";
import { at, find, reachableSteps, shippedStage } from "./queries/steps.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const run = (script: string) => inBuilder(`RUN ${script}`);
const started = (script: string) =>
  project({
    Dockerfile: healthyWith([startLine, 'COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n']),
    "entrypoint.sh": `#!/bin/sh\nset -e\n${script}\nexec uvicorn app.main:app\n`,
  });

export const shellSyntaxError: Rule = {
  id: "shell-syntax-error",
  title: "The shell refuses the script",
  why: "A quote that is never closed, an `if` without `fi`, a `&&` with nothing behind it: the shell runs none of it. In RUN the build stops there; in CMD, ENTRYPOINT and HEALTHCHECK the image is built, and no container of it starts or becomes healthy.",
  source: "`dash -n`, with which the reading is compared; ShellCheck SC1072, SC1073",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "certain",
  advice: "Mend the script; `sh -n -c '…'` in the image says the same. A longer script is easier to read as a heredoc.",
  aliases: ["SC1072", "SC1073", "SC1009", "SC1036", "SC1046", "SC1047", "SC1061", "SC1062", "SC1088", "SC1089"],
  since: "0.1.0",
  provenBy: ["builds", "becomes-healthy"],
  examples: {
    bad: [
      run('if [ -f /etc/os-release ]; then echo "yes"'),
      run("echo 'one && true"),
      run("true && \\\n    true &&"),
      run("for name in a b; echo $name; done"),
      run("(cd /tmp && true"),
      run("<<EOF\nset -e\nif true; then\n  echo $(date\nfi\nEOF"),
      changed([startLine, 'CMD exec uvicorn app.main:app --host 0.0.0.0 --log-config "$(cat /log\n']),
      changed([startLine, 'CMD ["sh", "-c", "if true; then exec uvicorn app.main:app"]\n']),
      started('if [ -n "$MIGRATE" ]; then\n  alembic upgrade head'),
    ],
    good: [
      healthy,
      run('if [ -f /etc/os-release ]; then echo "yes"; fi'),
      run("echo 'one' \"it's\" && for name in a b; do echo $name; done && (cd /tmp && true)"),
      run("<<EOF\nset -e\nif true; then\n  echo $(date)\nfi\nEOF"),
      run("cat <<'END' > /tmp/x\nan open ' quote (\nEND"),
      run("python3 <<END\nprint('(')\nEND"),
      run("case $(uname -m) in x86_64|amd64) echo a;; (arm*) echo b;; *) ;; esac"),
      // What only bash reads is another rule's, and not asked here.
      inBuilder(`SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN names=(a b) && echo "\${names[0]}"`),
      started('if [ -n "$MIGRATE" ]; then alembic upgrade head; fi'),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    for (const step of reachableSteps(dockerfile)) {
      const script = isScript(step.instruction) ? scriptIn(step.instruction) : "";
      const refused = script === "" ? undefined : refusalOf(script);
      if (refused === undefined || shellOf(dockerfile, step) !== "dash") continue;
      const near = /^\S+(?: \S+)?/.exec(script.slice(refused.at))?.[0];
      const place = near === undefined ? undefined : find(dockerfile, step.instruction, near);
      yield {
        message: `/bin/sh refuses the script of ${step.instruction.keyword}: ${refused.message}.`,
        where: at(dockerfile, step.instruction, place),
      };
    }
    yield* inStart(input);
    const stage = shippedStage(dockerfile);
    if (stage !== undefined && baseOf(rootImage(dockerfile, stage)).shell === "dash") yield* inEntrypoint(input);
  },
};

/** A script that is bash's is told as such, and its first word may be all that is wrong; so is a factory's call. */
const refusalOf = (script: string): ReturnType<typeof refusedByDash> =>
  BASH.dash.test(withoutQuoted(script)) || unquotedCall(script) !== undefined ? undefined : refusedByDash(script);

/** Another shell than dash, or nobody knows which: what none of them reads. */
function* inStart({ dockerfile }: RuleInput): Generator<RuleFinding> {
  const start = startOf(dockerfile);
  if (start?.script === undefined || start.shell === "dash" || unquotedCall(start.script) !== undefined) return;
  const [problem] = shellProblems(start.script);
  if (problem !== undefined)
    yield { message: `A shell cannot read the command: ${problem.message}.`, where: at(dockerfile, start.instruction) };
}

function* inEntrypoint(input: RuleInput): Generator<RuleFinding> {
  for (const { file, text, firstLine, destination } of entrypointScripts(input)) {
    if (!/^#!\s*(?:\/usr)?\/bin\/(?:env )?(?:da)?sh\b/.test(text)) continue;
    const refused = refusalOf(text);
    if (refused === undefined) continue;
    const name = file === input.dockerfile.path ? destination : file;
    const line = lineAt(text, refused.at) + firstLine - 1;
    yield { message: `/bin/sh refuses ${name}: ${refused.message}.`, where: { file, line } };
  }
}
