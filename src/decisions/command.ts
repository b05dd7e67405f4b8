import { shellWord } from "../kit/shell-word.ts";
import type { Server, Service, StartCommand } from "../model/types.ts";
import { serverOf, unwrap } from "../project/unwrap.ts";
import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { type Carried, carriedStart, isObstacle } from "./shared/carried-start.ts";
import { kindOf } from "./shared/kind.ts";
import { configured, override } from "./shared/override.ts";
import { byName } from "./shared/paths-of-programs.ts";
import { argvOfServer } from "./shared/server-by-name.ts";
import { places, placesOf, shown } from "./shared/say.ts";
import { drainSeconds, graceSeconds, objectOf, mainStart, without, withOption } from "./shared/server.ts";
import { allows } from "./shared/specifier.ts";

interface Shape {
  readonly service: Service;
  readonly port: string;
  readonly drain: number;
}

/** Whether the lock has a version of a package that allows it; `unknown` is the answer where it names none. */
function hasVersion({ lock }: Service, name: string, specifier: string, unknown = true): boolean {
  const version = lock?.packages.find((one) => one.name === name)?.version;
  return version === undefined ? unknown : allows(specifier, version);
}

/** The releases of uvicorn that know `--timeout-graceful-shutdown`. */
const DRAINS = ">=0.22";

/** What each server needs to listen on all addresses, to drain in time and to run on a read-only root. */
const SHAPERS: Partial<Record<Server, (argv: readonly string[], shape: Shape) => readonly string[]>> = {
  uvicorn: (argv, { service, port, drain }) => {
    let result = without(argv, ["--reload"], false);
    result = without(result, ["--reload-dir"], true);
    result = withOption(result, ["--host"], "0.0.0.0");
    result = withOption(result, ["--port"], port);
    // An older one ends at once with "No such option".
    return hasVersion(service, "uvicorn", DRAINS)
      ? withOption(result, ["--timeout-graceful-shutdown"], String(drain))
      : result;
  },
  gunicorn: (argv, { service, port, drain }) => {
    let result = without(argv, ["--reload"], false);
    result = withOption(result, ["--bind", "-b"], `0.0.0.0:${port}`);
    result = withOption(result, ["--graceful-timeout"], String(drain));
    result = withOption(result, ["--worker-tmp-dir"], "/dev/shm");
    // From 25.1 on gunicorn opens a control socket beside itself, which a read-only root refuses.
    return hasVersion(service, "gunicorn", ">=25.1", false)
      ? [...without(result, ["--no-control-socket"], false), "--no-control-socket"]
      : result;
  },
  hypercorn: (argv, { port, drain }) =>
    withOption(withOption(argv, ["--bind", "-b"], `0.0.0.0:${port}`), ["--graceful-timeout"], String(drain)),
};

/** Command lines of a framework that only start uvicorn. */
const STARTS_UVICORN: Readonly<Partial<Record<Server, string>>> = {
  "fastapi-cli": "FastAPI",
  "litestar-cli": "Litestar",
};

interface Today {
  readonly argv: readonly string[];
  readonly server: Server;
  readonly from: string;
}

/**
 * The command of today without its wrappers; a framework's command line is replaced by the server it starts. Where no
 * file starts the service: its application object in a locked server that fits it.
 */
export function argvToday(service: Service): Today | undefined {
  const start = mainStart(service);
  if (start === undefined) return startsUnknown(service) ? undefined : served(service, NO_START);
  const { argv, server } = start;
  const started: Today = { argv: byName(service, argv), server, from: "It is today's command" };
  const framework = STARTS_UVICORN[server];
  if (framework === undefined && argv.length > 0) return started;
  const from = `The ${framework} command line starts uvicorn, and uvicorn itself can be told how long to drain`;
  const direct = service.dependencies.runtimeClosure.includes("uvicorn") ? served(service, from) : undefined;
  return direct?.server === "uvicorn" ? { ...direct, argv: [...direct.argv, ...sharedOptions(argv)] } : started;
}

/** The Dockerfile starts a program of which nobody knows what it does: nothing else is started in its place. */
const startsUnknown = ({ starts }: Service): boolean =>
  starts.some(({ source, role }) => source === "dockerfile" && role === "other");

/** The application object in a locked server that speaks its protocol. */
function served(service: Service, from: string): Today | undefined {
  const application = service.application?.value;
  const has = (name: string) => service.dependencies.runtimeClosure.includes(name);
  if (application === undefined) return undefined;
  const isWsgi = /^(?:django|flask)$/.test(service.framework.value) && !application.module.includes("asgi");
  if (isWsgi)
    return has("gunicorn") ? { argv: argvOfServer("gunicorn", service), server: "gunicorn", from } : undefined;
  const argv = ["uvicorn", objectOf(application), ...(application.factory ? ["--factory"] : [])];
  return has("uvicorn") ? { argv, server: "uvicorn", from } : undefined;
}

const NO_START = "No file says how the service is started; its application object and its server do";

/** What a framework's command line hands to uvicorn as it stands; `--web-concurrency` is Litestar's word for workers. */
function sharedOptions(argv: readonly string[] = []): readonly string[] {
  const words = argv.flatMap((word) => /^(--[\w-]+)=(.*)$/.exec(word)?.slice(1) ?? [word]);
  return words.flatMap((word, at) => {
    const value = words[at + 1] ?? "";
    if (/^--(?:no-)?proxy-headers$/.test(word)) return [word];
    if (/^--(?:root-path|forwarded-allow-ips)$/.test(word)) return [word, value];
    return /^(?:--workers|--web-concurrency|--wc|-W)$/.test(word) ? ["--workers", value] : [];
  });
}

/** Variables in a command need a shell to be filled in; `exec` makes the server process 1 again. */
function inShell(argv: readonly string[]): readonly string[] {
  const words = argv.map((word) => (word.includes("$") ? `"${word.replaceAll(/["`\\]/g, "\\$&")}"` : shellWord(word)));
  return ["sh", "-c", `exec ${words.join(" ")}`];
}

/** Its uvicorn may be too old for a limit, or started by code; and a command that the team gives stays as it is. */
const drainsForever = (argv: readonly string[], start: StartCommand | undefined): boolean =>
  /(?:^|[\s/])uvicorn\s(?!.*--timeout-graceful-shutdown)/s.test(argv.join(" ")) ||
  (start?.server === "uvicorn" && serverOf(start.argv) !== "uvicorn");

export const command: Decider = {
  id: "command",
  title: "Command",
  after: ["ports", "environment", "copies"],
  resolves: [
    "binds-loopback",
    "invalid-json-array",
    "no-graceful-shutdown-timeout",
    "runtime-uv-run",
    "sh-c-without-exec",
    "shell-form-cmd",
  ],
  decide(facts: Facts, draft: Draft): Choice {
    const given = facts.overrides["command"];
    const grace = graceSeconds(facts.service, override(facts, "limits.graceSeconds", "number"));
    const drain = drainSeconds(grace);
    const settled =
      typeof given === "string" ? ofServer(given, facts, draft, drain) : (asGiven(facts) ?? shape(facts, draft, drain));
    const started = throughScript(facts, settled);
    const { argv, from } = started;
    const start = mainStart(facts.service);
    const leaves = drainsForever(argv, start) ? { leaves: ["no-graceful-shutdown-timeout"] } : {};
    const told = argv.join(" ").includes(String(drain)) && /graceful/.test(argv.join(" "));
    return {
      value: { command: argv, entrypoint: started.entrypoint },
      choice: `\`${shown([...(started.entrypoint ?? []), ...argv])}\``,
      because: `${from}${given === undefined && started === settled ? ", without what stood around it." : ""} ${kindOf(facts) === "server" ? "The server" : "It"} is process 1, so the engine's signal reaches it.${told ? ` It drains for at most ${drain} s, within the ${grace} s before it is killed.` : ""}`,
      ...leaves,
      evidence: given === undefined ? [...places(start?.evidence), ...placesOf(facts.service.application)] : [],
      rejected: [
        { option: "`uv run`", because: "it needs uv and a writable cache, and may install packages at start" },
        { option: "shell form", because: "the shell is process 1, and dash does not pass SIGTERM on" },
        ...(told && drain < 30
          ? [
              {
                option: "30 s to drain",
                because: `the container is killed after ${grace} s, so requests would be cut off`,
              },
            ]
          : []),
      ],
    };
  },
};

interface Started {
  readonly argv: readonly string[];
  readonly from: string;
  readonly entrypoint?: readonly string[];
}

/** `"$@"` of a script stands for the words that follow the script. */
const withArguments = (argv: readonly string[], args: readonly string[]): readonly string[] =>
  argv.flatMap((word) => (/^\$\{?[@*]\}?$/.test(word) ? args : [word]));

/** With what a shell does before the server today, which a start goes on doing. */
function throughScript(facts: Facts, settled: Started): Started {
  const carried = carriedStart(facts);
  const program = mainStart(facts.service)?.argv[0];
  return carried === undefined || isObstacle(carried) ? settled : through(carried, { ...settled, program });
}

/** With the program of today's command, where the words of a script have it. */
type Settled = Started & { readonly program: string | undefined };

function through(carried: Carried, settled: Settled): Started {
  if (carried.kind === "text") {
    // Nothing is left to do before it, such as an environment to activate.
    if (carried.before === "") return { argv: withArguments(settled.argv, carried.args), from: settled.from };
    const shell = carried.bash ? "bash" : "sh";
    // The words of a command with variables have a shell of their own already.
    const argv = withArguments(settled.argv, carried.args);
    const server = argv[0] === "sh" ? (argv[2] ?? "") : `exec ${argv.map(shellWord).join(" ")}`;
    const join = /(?:&&|;|\bthen|\bdo|\n)$/.test(carried.before) ? " " : "\n";
    return {
      argv: [shell, "-c", `${carried.before}${join}${server}`],
      from: `${settled.from}, behind what a start does today; \`exec\` lets the server take the shell's place.`,
    };
  }
  const { file, script, next } = carried;
  const first = [...file.shell, file.to];
  const { argv, from } = next === undefined ? onItsOwn(carried, settled) : behind(file.path, through(next, settled));
  return script.isEntrypoint ? { entrypoint: first, argv, from } : { argv: [...first, ...argv], from };
}

/** A script that starts the server itself, or is given its command. */
function onItsOwn({ file, script }: Extract<Carried, { kind: "file" }>, settled: Settled): Started {
  const own = wordsOfItsOwn(script.args, settled.program);
  return script.ends === "exec"
    ? { argv: script.args, from: `${file.path} is started as today: it lets the server take its place.` }
    : {
        // `wait-for-it.sh db:5432 -- gunicorn …`: the first words are the script's.
        argv: [...own, ...settled.argv],
        from: `${settled.from}, through ${file.path}, which does what a start needs and then lets it take its place.`,
      };
}

/** `db:5432 --` of `wait-for-it.sh db:5432 -- uv run gunicorn`: what stands before today's command, with its wrappers. */
function wordsOfItsOwn(args: readonly string[], program: string | undefined): readonly string[] {
  const at = args.findIndex((_, index) => unwrap(args.slice(index)).argv[0] === program);
  return at < 0 ? [] : args.slice(0, at);
}

const behind = (path: string, { argv, from }: Started): Started => ({
  argv,
  from: `${from} Before it comes ${path}, as today.`,
});

/** The team's own words. One that names a variable means its value, which only a shell fills in. */
function asGiven(facts: Facts): { readonly argv: readonly string[]; readonly from: string } | undefined {
  const argv = override(facts, "command", "list");
  if (argv === undefined) return undefined;
  const shelled = /^(?:.*\/)?(?:sh|bash)$/.test(argv[0] ?? "") || !argv.some((word) => /\$[\w{]/.test(word));
  return { argv: shelled ? argv : inShell(argv), from: configured("command") };
}

/** `command: gunicorn`: another server of the lock, with what it needs here. */
function ofServer(
  name: string,
  facts: Facts,
  draft: Draft,
  drain: number,
): { readonly argv: readonly string[]; readonly from: string } {
  const { service } = facts;
  const argv = argvOfServer(name, service);
  const port = draft.ports?.[0] ?? 8000;
  const variable = service.port?.value.variable;
  // The code read the variable when it started the server by itself; now the command has to.
  const portText = variable === undefined ? String(port) : `\${${variable}:-${port}}`;
  const shaped = SHAPERS[serverOf(argv)]?.(argv, { service, port: portText, drain }) ?? argv;
  return {
    argv: variable === undefined ? shaped : inShell(shaped),
    from: `${configured("command")} ${name} is in the lock already, so nothing is added.${variable === undefined ? "" : ` \`${variable}\` still chooses the port.`}`,
  };
}

function shape(facts: Facts, draft: Draft, drain: number): { readonly argv: readonly string[]; readonly from: string } {
  const { service } = facts;
  const today = argvToday(service) ?? {
    argv: ["python"],
    server: "unknown" as const,
    from: "No start command was found",
  };
  const port = draft.ports?.[0] ?? 8000;
  const variable = service.port?.value.variable;
  const byShell =
    variable !== undefined &&
    today.argv.some((word) => word.includes(`$${variable}`) || word.includes(`\${${variable}`));
  // A script of the project's own may take no words, whatever it starts.
  const shaper = serverOf(today.argv) === today.server ? SHAPERS[today.server] : undefined;
  // A variable that the server or the code reads by itself needs no shell.
  const portText = byShell ? `\${${variable}:-${port}}` : String(port);
  const argv = shaper === undefined ? today.argv : shaper(today.argv, { service, port: portText, drain });
  return { argv: argv.some((word) => /\$[\w{]/.test(word)) ? inShell(argv) : argv, from: today.from };
}
