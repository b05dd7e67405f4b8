import type { StartScript } from "../../project/start-script.ts";
import { lineAt } from "../../kit/lines.ts";
import { baseName } from "../../project/unwrap.ts";
import type { Facts } from "../decider.ts";
import { nameOfLost } from "./paths-of-programs.ts";
import { packagesToday } from "./os-packages-today.ts";

/** Why a start script cannot come along, and what its team can do about it. */
export interface Obstacle {
  readonly what: string;
  readonly instead: string;
}

/** How today's script comes along. */
export type Carried =
  /** The file, before the server's command, the script that it is given, or with the words that it knows. */
  | {
      readonly kind: "file";
      readonly script: StartScript;
      readonly file: NonNullable<StartScript["file"]>;
      readonly next?: Carried;
    }
  /** Its text, in the command itself, so that the server takes the shell's place at its end. */
  | { readonly kind: "text"; readonly before: string; readonly bash: boolean; readonly args: readonly string[] };

/** Programs of the operating system that scripts call, and the need by which a profile knows them. */
const OF_THE_SYSTEM: Readonly<Record<string, string>> = {
  nc: "netcat",
  ncat: "netcat",
  netcat: "netcat",
  curl: "curl",
  wget: "wget",
  git: "git",
  psql: "psql",
  pg_isready: "psql",
  pg_dump: "pg_dump",
  mysql: "mysql",
  mysqladmin: "mysql",
  "redis-cli": "redis-cli",
  jq: "jq",
  envsubst: "envsubst",
};

/** What an image of one service does not hold, or what its user may not do. */
const NOT_HERE =
  /^(?:node|npm|npx|yarn|pnpm|bun|nginx|supervisord|supervisorctl|cron|crond|service|systemctl|docker|apt|apt-get|apk|dnf|yum|rsyslogd|sshd)$/;
const AS_ROOT = /^(?:gosu|su-exec|setpriv|sudo|su|usermod|groupmod|useradd|groupadd|chown|update-ca-certificates)$/;
const MANAGERS = /^(?:uv|uvx|poetry|pdm|pipenv|pip3?|hatch|rye)$/;

/** Text that still reads well in a Dockerfile's one line. */
const SHORT = 600;

/** What the script calls of the operating system, as needs that a profile has packages for. */
export const needsOfScript = (
  script: StartScript,
): ReadonlyArray<{ readonly need: string; readonly program: string; readonly line: number }> =>
  script.calls.flatMap(({ program, line }) => {
    const need = OF_THE_SYSTEM[baseName(program)];
    return need === undefined ? [] : [{ need, program: baseName(program), line }];
  });

/** How the script comes along, or why it does not; undefined where there is none. */
export function carriedStart(facts: Facts): Carried | Obstacle | undefined {
  const { startScript: script } = facts;
  if (script === undefined || facts.overrides["command"] !== undefined) return undefined;
  return carriedOf(script, facts);
}

function carriedOf(script: StartScript, facts: Facts): Carried | Obstacle {
  const own =
    obstacleIn(script, facts) ?? (script.file === undefined ? asText(script, undefined) : asFile(script, script.file));
  if (script.next === undefined || isObstacle(own) || own.kind === "text") return own;
  const next = carriedOf(script.next, facts);
  return isObstacle(next) ? next : { ...own, next };
}

export const isObstacle = (one: Carried | Obstacle | undefined): one is Obstacle => one !== undefined && "what" in one;

function asFile(script: StartScript, file: NonNullable<StartScript["file"]>): Carried | Obstacle {
  if (script.lacksWord)
    return {
      what: `${file.path} does what its first word says, and no file gives it one`,
      instead: 'Write the word into the Dockerfile, `CMD ["start"]`, commit it and run again.',
    };
  if (script.ends === "arguments" || script.ends === "exec") return { kind: "file", script, file };
  const line = script.server?.line ?? 1;
  if (script.ends === "nothing")
    return {
      what: `${file.path} starts no server that is known`,
      instead: "Set `command` under `decisions` to the server's command, as a list.",
    };
  const inText = asText(script, file);
  return isObstacle(inText)
    ? {
        what: `${file.path}:${line} starts the server below the shell, which keeps the signal to itself`,
        instead: `Put \`exec\` before the command there (\`sed -i '${line}s/[^ ].*/exec &/' ${file.path}\`), commit it and run again.`,
      }
    : inText;
}

/** The text with the server's command at its end. */
function asText(script: StartScript, file: StartScript["file"]): Carried | Obstacle {
  const { text, server } = script;
  const where = file?.path ?? "The start command";
  const after = server === undefined ? "" : text.slice(server.end).replace(/^\s*"?\$\{?@\}?"?/, "");
  const before = server === undefined ? "" : plain(text.slice(0, server.start));
  const isLast = server !== undefined && after.replaceAll(/^\s*#.*$/gm, "").trim() === "";
  if (!isLast || before.length > SHORT || /\$\{?[\d@*#]/.test(before))
    return {
      what: `${where} does more than start the server, and does not end with it`,
      instead:
        "Let it end with the server's command behind `exec`, or set `command` under `decisions` and run the rest as a step of its own before the start.",
    };
  return { kind: "text", before, bash: script.bash ?? file?.shell[0] === "bash", args: script.args };
}

/** `source venv/bin/activate`, but for the environment that the new image has at the same place. */
const ACTIVATES =
  /(?:^|(?<=[\n;&])[ \t]*)(?:source|\.)[ \t]+(?!\S*\.venv\/)(\S*\/)?bin\/activate["']?[ \t]*(?:&&[ \t]*|;[ \t]*|\n|$)/g;

/** Without comments, and without managers and environments that the image has not: what they start is on PATH. */
const plain = (text: string): string =>
  text
    .replace(/^#!.*\n/, "")
    .replaceAll(ACTIVATES, "")
    .replaceAll(/^[ \t]*#.*(?:\n|$)/gm, "")
    .replaceAll(/\b(?:uv|poetry|pdm|pipenv|hatch|rye) run (?:--(?:no-dev|no-sync|frozen|locked) )*/g, "")
    .replaceAll(/\n{2,}/g, "\n")
    .replace(/\s*\bexec\s*$/, " ")
    .trim();

function obstacleIn(script: StartScript, facts: Facts): Obstacle | undefined {
  const where = (line: number) => (script.file === undefined ? "The start command" : `${script.file.path}:${line}`);
  const { file, text, background, calls } = script;
  if (file !== undefined && text.includes("\r\n"))
    return {
      what: `${file.path} has the line ends of Windows, which no shell of Linux reads`,
      instead: `Run \`sed -i 's/\\r$//' ${file.path}\`, commit it and run again.`,
    };
  if (background !== undefined)
    return {
      what: `${where(background)} starts a process beside the server, which can die unseen`,
      instead: "Run it in a container of its own, from the same image with another command.",
    };
  // A script that asks whether it is root leaves this out as anybody else.
  const asks = /\bid -u\b|\$\{?(?:E?UID|USER)\b|\bwhoami\b/.test(text);
  const root = calls.find(({ program }) => AS_ROOT.test(baseName(program)));
  if (root !== undefined && !asks)
    return {
      what: `${where(root.line)} calls \`${root.program}\`, which only root can`,
      instead: "Give the volumes to one fixed number, take the line out, commit it and run again.",
    };
  const managed =
    file === undefined
      ? undefined
      : calls.find(({ words }) => MANAGERS.test(words[0] ?? "") || MANAGERS.test(words[1] ?? ""));
  if (managed !== undefined && !(script.ends === "child" && !isObstacle(asText(script, file))))
    return {
      what: `${where(managed.line)} calls \`${managed.words.slice(0, 2).join(" ")}\`, and the image has no installer`,
      instead: `Take it out there (what it starts is on PATH: \`sed -i 's/\\b\\(uv\\|poetry\\|pdm\\|pipenv\\) run //' ${file?.path}\`), commit it and run again.`,
    };
  return elsewhere(script, facts, where) ?? missingIn(script, facts, where);
}

/** The server's own command is written anew where the script's text comes along. */
function elsewhere(script: StartScript, { service }: Facts, where: (line: number) => string): Obstacle | undefined {
  const { calls, server, ends, file, text } = script;
  const activated = ends === "child" || file === undefined ? null : new RegExp(ACTIVATES.source).exec(text);
  if (activated !== null) {
    const line = lineAt(text, activated.index + activated[0].search(/\S/));
    return {
      what: `${where(line)} activates an environment that the new image has elsewhere`,
      instead: `Take the line out (\`sed -i ${line}d ${file?.path}\`): PATH leads to the environment. Commit it and run again.`,
    };
  }
  const lost = calls.find(
    ({ program, line }) => nameOfLost(service, program) !== undefined && !(ends === "child" && line === server?.line),
  );
  if (lost === undefined) return undefined;
  const name = nameOfLost(service, lost.program);
  return {
    what: `${where(lost.line)} calls \`${lost.program}\`, which lies elsewhere in the new image`,
    instead: `Call it \`${name}\` there, which PATH finds${file === undefined ? "" : ` (\`sed -i 's#${lost.program}#${name}#' ${file.path}\`)`}, commit it and run again.`,
  };
}

function missingIn(script: StartScript, facts: Facts, where: (line: number) => string): Obstacle | undefined {
  const today = new Set(packagesToday(facts.dockerfile, "apt").map(({ name }) => name));
  const absent = script.calls.find(({ program }) => {
    const name = baseName(program);
    if (NOT_HERE.test(name)) return true;
    const need = OF_THE_SYSTEM[name];
    return need !== undefined && facts.profile.packageFor(need, "runtime") === undefined && !today.has(name);
  });
  return absent === undefined
    ? undefined
    : {
        what: `${where(absent.line)} calls \`${absent.program}\`, which the new image does not have`,
        instead:
          "Do that while the image is built, or in a container of its own, take the line out, commit it and run again.",
      };
}
