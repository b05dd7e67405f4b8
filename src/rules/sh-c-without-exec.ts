import { canExec, withExec } from "./queries/exec-fix.ts";
import { edited } from "./queries/fixes.ts";
import {
  branchEnds,
  entrypointScripts,
  lastCommands,
  readCommands,
  scriptCalled,
  type ScriptCommand,
} from "./queries/entrypoint.ts";
import { type Command, outermostLast } from "./queries/commands.ts";
import { changed, healthy, healthyWith, project, slim, startLine } from "./queries/example.ts";
import { serverOf } from "../project/unwrap.ts";
import { signalsGroup } from "./queries/inits.ts";
import { INITS, nameOf, type Start, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Dockerfile } from "../model/types.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const script = (last: string): string => `#!/bin/sh\nset -e\nalembic upgrade head\n${last}\n`;
const withEntrypoint = healthyWith([startLine, 'COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n']);

const withHeredoc = (last: string): string =>
  `COPY --chmod=755 <<'EOF' /start.sh\n${script(last)}EOF\nCMD ["/start.sh"]\n`;
const throughStage = (last: string) =>
  project({
    Dockerfile: healthyWith(
      ["WORKDIR /app\nENV", "COPY start.sh /out/start.sh\nWORKDIR /app\nENV"],
      [startLine, 'COPY --from=builder /out/ /opt/\nCMD ["/opt/start.sh"]\n'],
    ),
    "start.sh": script(last),
  });
const twoDeep = (first: string, second: string) =>
  project({
    Dockerfile: healthyWith([startLine, 'COPY docker/ /docker/\nENTRYPOINT ["/docker/entrypoint.sh"]\n']),
    "docker/entrypoint.sh": script(first),
    "docker/serve.sh": script(second),
  });

/** An image without a command of its own, and the script that Compose gives it. */
const byCompose = (last: string, command = "/start") =>
  project({
    Dockerfile: healthyWith([
      startLine,
      'COPY entrypoint.sh /entrypoint.sh\nCOPY start.sh /start\nENTRYPOINT ["/entrypoint.sh"]\n',
    ]),
    "entrypoint.sh": script('exec "$@"'),
    "start.sh": script(last),
    "production.yml": `services:\n  web:\n    build: .\n    command: ${command}\n`,
  });

/** A script that waits for what it has put into the background, under an init that is there. */
const underInit = (entrypoint: string) =>
  project({
    Dockerfile: healthyWith(
      [
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends tini dumb-init && rm -rf /var/lib/apt/lists/*\nRUN`,
      ],
      [startLine, `COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ${entrypoint}\n`],
    ),
    "entrypoint.sh": script("uvicorn app.main:app --host 0.0.0.0 &\nwait"),
  });

export const shCWithoutExec: Rule = {
  id: "sh-c-without-exec",
  title: "A shell stays in front of the service",
  why: "The shell is process 1 and the service its child. dash (Debian, Ubuntu) and busybox (Alpine) end up being killed after the grace period with requests in flight; bash replaces itself only when the script is a single command. Measured with uvicorn.",
  source: "seen in find-moj-data",
  demand: "starts-directly",
  severity: "error",
  confidence: "certain",
  advice: 'Put `exec` before the last command: `sh -c "exec uvicorn …"`, or `exec "$@"` at the end of the script.',
  aliases: [],
  numbers: ["RUN002"],
  since: "0.1.0",
  fixes: "puts `exec` before the last command, where that is one plain command.",
  provenBy: ["stop-answers-in-flight"],
  examples: {
    bad: [
      changed([startLine, 'CMD ["sh", "-c", "uvicorn app.main:app --host 0.0.0.0"]\n']),
      changed([startLine, 'CMD ["/bin/sh", "-c", "alembic upgrade head && uvicorn app.main:app --host 0.0.0.0"]\n']),
      project({ Dockerfile: withEntrypoint, "entrypoint.sh": script("uvicorn app.main:app --host 0.0.0.0") }),
      changed([startLine, 'CMD ["bash", "-c", "alembic upgrade head && uvicorn app.main:app --host 0.0.0.0"]\n']),
      project({ Dockerfile: withEntrypoint, "entrypoint.sh": script("uvicorn app.main:app --host 0.0.0.0 &\nwait") }),
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script("celery -A app worker &\nuvicorn app.main:app --host 0.0.0.0 &\nwait -n\nexit $?"),
      }),
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script("uvicorn app.main:app --host 0.0.0.0 &\ntail -f /dev/null"),
      }),
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script("celery -A app worker &\nwhile true; do\n  sleep 60\ndone"),
      }),
      underInit('["tini", "--", "/entrypoint.sh"]'),
      underInit('["/usr/bin/tini", "-v", "/entrypoint.sh"]'),
      // The branch of production, and not the last one.
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script(
          'if [ -z "$DEBUG" ]; then\n  uvicorn app.main:app --host 0.0.0.0\nelse\n  exec python -m app.debug\nfi',
        ),
      }),
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script('case "$1" in\n  web) uvicorn app.main:app --host 0.0.0.0 ;;\n  *) exec "$@" ;;\nesac'),
      }),
      // The number of workers is no command that follows.
      project({ Dockerfile: withEntrypoint, "entrypoint.sh": script('uvicorn app.main:app --workers "$(nproc)"') }),
      changed([startLine, withHeredoc("uvicorn app.main:app --host 0.0.0.0")]),
      changed([
        startLine,
        `RUN printf '#!/bin/sh\\nalembic upgrade head\\nuvicorn app.main:app --host 0.0.0.0\\n' > /start.sh && chmod +x /start.sh\nCMD ["/start.sh"]\n`,
      ]),
      throughStage("uvicorn app.main:app --host 0.0.0.0"),
      twoDeep('sh "$(dirname "$0")/serve.sh"', "exec uvicorn app.main:app --host 0.0.0.0"),
      twoDeep("exec /docker/serve.sh", "uvicorn app.main:app --host 0.0.0.0"),
      changed([startLine, 'CMD ["sh", "-e", "-c", "uvicorn app.main:app --host 0.0.0.0"]\n']),
      changed([startLine, 'CMD ["env", "A=1", "sh", "-c", "uvicorn app.main:app --host 0.0.0.0"]\n']),
      byCompose("uvicorn app.main:app --host 0.0.0.0"),
      byCompose("uvicorn app.main:app --host 0.0.0.0", '["/start"]'),
    ],
    good: [
      healthy,
      changed([startLine, 'CMD ["sh", "-c", "alembic upgrade head && exec uvicorn app.main:app --host 0.0.0.0"]\n']),
      project({ Dockerfile: withEntrypoint, "entrypoint.sh": script("exec uvicorn app.main:app --host 0.0.0.0") }),
      changed([startLine, 'CMD ["bash", "-c", "uvicorn app.main:app --host 0.0.0.0"]\n']),
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script(
          `uvicorn app.main:app --host 0.0.0.0 &\npid=$!\ntrap 'kill -TERM "$pid"' TERM\nwait "$pid"\nwait "$pid"`,
        ),
      }),
      underInit('["tini", "-g", "--", "/entrypoint.sh"]'),
      underInit('["tini", "-p", "SIGTERM", "-vg", "/entrypoint.sh"]'),
      underInit('["dumb-init", "/entrypoint.sh"]'),
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script(
          'case "$1" in\n  web) exec uvicorn app.main:app --host 0.0.0.0 ;;\n  *) exec "$@" ;;\nesac',
        ),
      }),
      // The log is shown beside the service, and nothing waits for it.
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script("tail -f /tmp/app.log &\nexec uvicorn app.main:app --host 0.0.0.0"),
      }),
      // What follows the loop takes the shell's place.
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script(
          "celery -A app worker &\nuntil nc -z db 5432; do\n  sleep 1\ndone\nexec uvicorn app.main:app --host 0.0.0.0",
        ),
      }),
      // The migration is what is waited for.
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script("alembic upgrade head &\nwait\nexec uvicorn app.main:app --host 0.0.0.0"),
      }),
      changed(
        [`FROM ${slim}\n`, "FROM public.ecr.aws/amazonlinux/amazonlinux:2023\n"],
        [startLine, 'CMD ["sh", "-c", "uvicorn app.main:app --host 0.0.0.0"]\n'],
      ),
      project({
        Dockerfile: withEntrypoint,
        "entrypoint.sh": script('exec uvicorn app.main:app --workers "$(nproc)"'),
      }),
      changed([startLine, withHeredoc("exec uvicorn app.main:app --host 0.0.0.0")]),
      throughStage("exec uvicorn app.main:app --host 0.0.0.0"),
      byCompose("exec uvicorn app.main:app --host 0.0.0.0"),
      byCompose("uvicorn app.main:app --host 0.0.0.0 --reload"),
      twoDeep("exec /docker/serve.sh", "exec uvicorn app.main:app --host 0.0.0.0"),
      twoDeep(". /docker/serve.sh", "exec uvicorn app.main:app --host 0.0.0.0"),
      changed([startLine, 'CMD ["sh", "-e", "-c", "exec uvicorn app.main:app --host 0.0.0.0"]\n']),
    ],
  },
  *check(input) {
    const start = startOf(input.dockerfile);
    if (start) yield* inCommand(input.dockerfile, start);
    for (const { file, text, command, place, start: first } of [...branchEnds(input), ...lastCommands(input)]) {
      if (/\btrap\b/.test(text) || !(startsService(command.argv) || startsScript(input, command.argv))) continue;
      yield {
        message: `The script ends with \`${command.text}\` without exec: its shell stays process 1.`,
        where: place,
        ...(first !== undefined && canExec(command)
          ? edited("Add exec", { file, start: first, end: first, text: "exec " })
          : {}),
      };
    }
    const init = start?.wrappers.find((one) => INITS.has(one));
    if (init !== undefined && signalsGroup(input.dockerfile, init)) return;
    for (const { text, commands } of readCommands(input)) {
      const waiting = /\btrap\b/.test(text) ? undefined : startedAndAwaited(commands);
      if (waiting === undefined) continue;
      const { service, goesOn } = waiting;
      yield {
        message: `The script starts \`${service.command.text}\` in the background and ${effectOf(goesOn, init)}.`,
        advice:
          "Give each process a container of its own, started with `exec`. Where they must stay together, let the script pass SIGTERM on (`trap 'kill -TERM $pids; wait' TERM`), or put an init in front that signals the whole group: dumb-init, or `tini -g`.",
        where: service.place,
      };
    }
  },
};

/** The service, where `&` puts it into the background, and what the script goes on with to stay there. */
function startedAndAwaited(
  commands: readonly ScriptCommand[],
): { readonly service: ScriptCommand; readonly goesOn: Command } | undefined {
  const last = commands.findLastIndex(({ command }, index) => staysThere(command) || isLoop(commands.slice(index)));
  const service = commands.find(
    ({ command }, index) =>
      index < last &&
      commands[index + 1]?.command.connection === "&" &&
      command.conditional !== true &&
      startsService(command.argv),
  );
  const goesOn = commands[last]?.command;
  return service && goesOn && { service, goesOn };
}

/** It ends with its children, or never. */
function staysThere({ argv }: Command): boolean {
  const [program = "", ...rest] = argv[0] === "exec" ? argv.slice(1) : argv;
  if (program === "wait") return true;
  if (program === "tail") return rest.some((word) => /^-(?:[a-z]*f|-follow)/i.test(word));
  return program === "sleep" && rest[0]?.startsWith("inf") === true;
}

/** `while true; do sleep 60; done`, with nothing behind it: a loop that waits for a database has the service there. */
const isLoop = ([first, ...later]: readonly ScriptCommand[]): boolean =>
  first?.command.program === "sleep" &&
  first.command.conditional === true &&
  later.every(({ command }) => command.conditional === true);

const effectOf = ({ program, text }: Command, init: string | undefined): string => {
  if (init !== undefined)
    return `${program === "wait" ? "waits" : `stays there by \`${text}\``}: ${init} tells its shell alone, which ends at once and leaves the service to be killed`;
  return program === "wait"
    ? "waits: its shell stays process 1 and passes no signal on"
    : `stays there by \`${text}\`: no signal reaches it, and the container goes on when it has ended`;
};

/** `sh -c "…"` as the command; a bare shell form has a rule of its own. */
function* inCommand(dockerfile: Dockerfile, start: Start): Generator<RuleFinding> {
  const last = outermostLast(start.commands);
  if (start.form !== "exec" || start.script === undefined || start.shell === undefined || !last) return;
  if (start.receivesSignals === true) return;
  const sure = start.receivesSignals === false;
  const effect = sure ? " and does not pass SIGTERM on" : "";
  yield {
    message: `\`${last.text}\` runs under ${start.shell}, which stays process 1${effect}.`,
    confidence: sure ? "certain" : "likely",
    where: at(dockerfile, start.instruction),
    ...withExec(dockerfile, start.instruction, last),
  };
}

/** It hands over to another script of the image, in a process of its own. */
function startsScript(input: RuleInput, argv: readonly string[]): boolean {
  const called = scriptCalled(argv);
  const isOwn = called !== undefined && !/^(?:exec|\.|source)$/.test(argv[0] ?? "");
  return isOwn && entrypointScripts(input).some(({ named, file }) => !named && nameOf(file) === nameOf(called));
}

/** The last line of a script hands over to the service, and not by exec. */
function startsService(argv: readonly string[]): boolean {
  const program = argv[0] ?? "";
  if (program === "$@" || program === "$*" || ["uv", "celery"].includes(nameOf(program))) return true;
  return program !== "exec" && !["unknown", "own"].includes(serverOf(argv));
}
