import type { Instruction } from "../model/types.ts";
import { arrayProblem, type Vector } from "./queries/array-words.ts";
import { baseOf, leavesRoot } from "./queries/base.ts";
import { entrypointScripts } from "./queries/entrypoint.ts";
import { changed, healthcheck, healthy, healthyWith, project, slim, startLine } from "./queries/example.ts";
import { healthcheckOf } from "./queries/health.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find, reachableSteps, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

const started = (words: string) => changed([startLine, `CMD ${words}\n`]);
const asked = (words: string) => changed([healthcheck, `HEALTHCHECK --start-period=20s CMD ${words}\n`]);
const byScript = (last: string) =>
  project({
    Dockerfile: healthyWith([
      startLine,
      'COPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\nCMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "$PORT", "--timeout-graceful-shutdown", "20"]\n',
    ]),
    "start.sh": `#!/bin/sh\nset -e\n${last}\n`,
  });

export const shellSyntaxInArray: Rule = {
  id: "shell-syntax-in-array",
  title: "Shell syntax in a JSON array, which no shell reads",
  why: "The words of a JSON array go to the program as they stand: uvicorn gets the port `$PORT` and ends with `Invalid value for '--port': '$PORT' is not a valid integer`, curl gets `||` for an address, alembic is asked to upgrade to `&&`, and a whole command in one word is looked for as one program. The build is green.",
  source:
    "sonar S7019: the exec form has no variables, pipes and chains; KonstantinMB/exploreyc #43, a crash loop for `$PORT`",
  demand: "found-when-started",
  severity: "error",
  confidence: "certain",
  advice:
    'Have a shell read it, and give its place to the service: `["sh", "-c", "exec uvicorn … --port \\"${PORT:-8000}\\""]`.',
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      started(
        '["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "$PORT", "--timeout-graceful-shutdown", "20"]',
      ),
      started('["gunicorn", "--bind=0.0.0.0:${PORT:-8000}", "app.main:app"]'),
      started('["alembic", "upgrade", "head", "&&", "uvicorn", "app.main:app", "--host", "0.0.0.0"]'),
      started('["uvicorn app.main:app --host 0.0.0.0 --port 8000"]'),
      started('["exec", "uvicorn", "app.main:app", "--host", "0.0.0.0"]'),
      started('["PORT=8000", "python", "-m", "app.main"]'),
      started('["sh", "-c", "alembic upgrade head", "&&", "exec uvicorn app.main:app --host 0.0.0.0"]'),
      asked('["curl", "-f", "http://127.0.0.1:8000/health", "||", "exit", "1"]'),
      asked('["python", "-m", "app.health", "http://127.0.0.1:${PORT}/health"]'),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN ["mkdir", "-p", "/srv", "&&", "mkdir", "/srv/a"]\nRUN`]),
      byScript('exec "$@"'),
    ],
    good: [
      healthy,
      started('["sh", "-c", "exec uvicorn app.main:app --host 0.0.0.0 --port \\"${PORT:-8000}\\""]'),
      started('["/bin/bash", "-lc", "alembic upgrade head && exec uvicorn app.main:app --port $PORT"]'),
      started(
        '["uvicorn", "app.main:app", "--host", "0.0.0.0", "--reload-include", "^[a-z]+$", "--header", "x:a|b;c"]',
      ),
      started('["python", "-c", "import os; print(os.path.expandvars(\'$HOME\'))"]'),
      started('["env", "PORT=8000", "python", "-m", "app.main"]'),
      changed([startLine, 'ENTRYPOINT ["sh", "-c"]\nCMD ["exec uvicorn app.main:app --host 0.0.0.0 --port $PORT"]\n']),
      asked('["sh", "-c", "curl -f http://127.0.0.1:8000/health || exit 1"]'),
      asked("curl -f http://127.0.0.1:$PORT/health || exit 1"),
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN ["find", "/srv", "-name", "*.pyc", "-exec", "rm", "{}", ";"]\nRUN`,
      ]),
      byScript('eval exec "$@"'),
      // What is never run.
      changed([startLine, `CMD ["uvicorn", "--port", "$PORT"]\n${startLine}`]),
    ],
  },
  *check(input) {
    for (const vector of vectorsOf(input)) {
      const problem = arrayProblem(vector);
      if (problem === undefined) continue;
      const { instruction, sure } = vector;
      const place = find(input.dockerfile, instruction, JSON.stringify(problem.word));
      yield {
        message: problem.message,
        ...(sure ? {} : { confidence: "likely" as const }),
        where: at(input.dockerfile, instruction, place),
      };
    }
  },
};

/** The arrays that are run: each RUN of the build, the health check and the command that count. */
function* vectorsOf(
  input: RuleInput,
): Generator<Vector & { readonly instruction: Instruction; readonly sure: boolean }> {
  const { dockerfile } = input;
  for (const { instruction } of reachableSteps(dockerfile))
    if (instruction.keyword === "RUN" && instruction.form === "exec")
      yield { instruction, words: instruction.words, own: 0, sure: true };
  const health = healthcheckOf(dockerfile)?.instruction;
  if (health?.inner?.form === "exec") yield { instruction: health, words: health.inner.words, own: 0, sure: true };
  yield* startVectors(input);
}

function* startVectors(input: RuleInput): ReturnType<typeof vectorsOf> {
  const { dockerfile } = input;
  const steps = shippedSteps(dockerfile);
  const last = (keyword: string) => steps.findLast(({ instruction }) => instruction.keyword === keyword)?.instruction;
  const entry = last("ENTRYPOINT");
  const cmd = last("CMD");
  if (entry?.form === "exec") yield { instruction: entry, words: entry.words, own: 0, sure: true };
  const stage = shippedStage(dockerfile);
  if (cmd?.form !== "exec" || entry?.form === "shell" || stage === undefined) return;
  const before = entry?.words ?? [];
  // What another base's own ENTRYPOINT makes of the words, nobody here knows.
  const sure = before.length > 0 || leavesRoot(baseOf(rootImage(dockerfile, stage)));
  if (!isScript(before[0] ?? "") || handsOn(input))
    yield { instruction: cmd, words: [...before, ...cmd.words], own: before.length, sure };
}

const isScript = (word: string): boolean => /\.sh$|entrypoint|(?:^|\/)start[^/]*$/.test(word);

/** Its script starts the words as they are. */
const handsOn = (input: RuleInput): boolean => {
  const scripts = entrypointScripts(input);
  return (
    scripts.length > 0 &&
    scripts.every(({ text }) => /^\s*exec "\$@"/m.test(text) && !/\beval\b|envsubst|sh -\w*c\b/.test(text))
  );
};
