import type {
  BuildTarget,
  ComposeMount,
  ComposeService,
  Evidence,
  Fact,
  GracePeriod,
  HostedService,
  ImageOrigin,
  OutsideLimits,
  OutsideProbe,
  StartCommand,
  TaskDefinition,
} from "../model/types.ts";
import { judgeableDockerfile } from "./parsed-dockerfile.ts";
import { insideOf, startOf, unwrapWithScripts } from "./starts.ts";
import type { Tree } from "./tree.ts";
import { baseName, roleOf, serverOf, simpleCommands, unwrap, type Unwrapped, unwrapShell } from "./unwrap.ts";

type Source = StartCommand["source"];

/** What files beside the Dockerfile say about running the service. Readers add to it. */
export interface Outside {
  readonly starts: StartCommand[];
  readonly probes: OutsideProbe[];
  readonly gracePeriods: GracePeriod[];
  readonly limits: OutsideLimits[];
  readonly hosted: HostedService[];
  readonly mounts: ComposeMount[];
  readonly volumes: Array<{ readonly path: string; readonly evidence: Evidence }>;
  /** Containers of ECS task definitions, the one that the team named first. */
  readonly tasks: TaskDefinition[];
  /** Values given to variables, by name: the first one counts. */
  readonly examples: Map<string, string>;
  /** Every stage that a file builds by name. */
  readonly targets: NamedTarget[];
}

/** What builds it: a step of CI that is made for it, a Compose service, or a command in a script. */
export interface NamedTarget extends BuildTarget {
  readonly by: "step" | "compose" | "command";
}

/** One that a variable names is known only when it is built. */
export function addTarget(outside: Outside, target: NamedTarget): void {
  if (target.stage !== "" && !/[$`]/.test(target.stage)) outside.targets.push(target);
}

/** The stage that a command of docker's names, when it builds one of these files: `docker build --target test -f x .`. */
export function addCommandTarget(
  outside: Outside,
  words: readonly string[],
  evidence: (at: string) => Evidence,
  seen: (path: string) => string = (path) => path,
): void {
  if (!/^(?:docker|podman)$/.test(baseName(words[0] ?? "")) || !words.slice(1, 3).includes("build")) return;
  const valueOf = (...names: readonly string[]) =>
    words.flatMap((word, at) => {
      const name = names.find((one) => word === one || word.startsWith(`${one}=`));
      if (name === undefined) return [];
      return word === name ? [words[at + 1] ?? ""] : [word.slice(name.length + 1)];
    })[0];
  const stage = valueOf("--target");
  const file = valueOf("-f", "--file") ?? `${(words.at(-1) ?? "").replace(/\/$/, "")}/Dockerfile`;
  if (stage === undefined || /[$`:]|^-/.test(file)) return;
  const dockerfile = seen(file.replace(/^(?:\.\/)+/, ""));
  if (!dockerfile.startsWith("../"))
    addTarget(outside, { by: "command", dockerfile, stage, evidence: evidence("--target") });
}

export const nothingOutside = (): Outside => ({
  starts: [],
  probes: [],
  gracePeriods: [],
  limits: [],
  hosted: [],
  mounts: [],
  volumes: [],
  tasks: [],
  examples: new Map(),
  targets: [],
});

const textsOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.map((item) => String(item)) : undefined;

/**
 * A command given as a list, or as one text that is split into words but given to no shell. Returns how it starts;
 * undefined where there is none, and the image starts as it says itself.
 */
export function addStart(
  outside: Outside,
  tree: Tree,
  source: Source,
  found: {
    readonly command: unknown;
    readonly entrypoint?: unknown;
    readonly evidence: Evidence;
    readonly compose?: ComposeService | undefined;
    readonly origin?: ImageOrigin;
    /** The container's name, which tells what a program of the service's own is for. */
    readonly name?: string;
    /** What its place in the file says that it is for, where the command itself does not tell. */
    readonly role?: StartCommand["role"];
  },
): StartCommand | undefined {
  const words = [...wordsOf(found.entrypoint), ...wordsOf(found.command)];
  if (words.length === 0) return undefined;
  const written = [found.entrypoint, found.command]
    .filter((each) => each !== undefined && each !== null)
    .map(shown)
    .join(" ");
  const several = typeof found.command === "string" && simpleCommands(found.command).length > 1;
  const unwrapped =
    several && typeof found.command === "string"
      ? unwrapShell(found.command)
      : unwrapWithScripts(tree, words, imageOf(tree, found.origin));
  const read = startOf(source, { written, evidence: found.evidence, compose: found.compose }, "exec", unwrapped);
  const role = (isOpen(read) ? found.role : undefined) ?? roleByName(read, found.name);
  const start = { ...read, role, ...from(found.origin) };
  outside.starts.push(start);
  return start;
}

/** The image in which a command is started, where a Dockerfile of the folder builds it. */
function imageOf(tree: Tree, origin: ImageOrigin | undefined): ReturnType<typeof insideOf> | undefined {
  const built = origin?.dockerfile;
  const dockerfile = built === undefined || !tree.files.includes(built) ? undefined : judgeableDockerfile(tree, built);
  return dockerfile && insideOf(tree, dockerfile);
}

const BY_NAME: ReadonlyArray<readonly [RegExp, StartCommand["role"]]> = [
  [/(?:^|[-_])(?:celery[-_]?)?(?:beat|scheduler|clock)(?:[-_]|$)/i, "beat"],
  [/(?:^|[-_])(?:workers?|celery|consumers?)(?:[-_]|$)/i, "worker"],
  [/(?:^|[-_])(?:db[-_]?)?(?:migrat(?:e|ions?|or)|prestart)(?:[-_]|$)/i, "migrate"],
];

/** What it is for, its command alone does not tell. */
const isOpen = ({ role, server }: StartCommand): boolean => role === "other" || (role === "web" && server === "own");

/** A server is what it is; of `python -m app.jobs` only the name of its container says that it answers nobody. */
function roleByName(start: StartCommand, name = ""): StartCommand["role"] {
  const { role } = start;
  if (!isOpen(start)) return role;
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? role;
}

const from = (origin: ImageOrigin | undefined) => (origin === undefined ? {} : { origin });

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function wordsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return simpleCommands(value)[0]?.words ?? [];
  return textsOf(value) ?? [];
}

/** The commands of a script that start the service or something of it; what only prepares is left out. */
export function addScript(outside: Outside, source: Source, script: string, evidence: (at: string) => Evidence): void {
  for (const { words } of simpleCommands(script)) {
    const unwrapped = unwrap(words);
    addContainerProbe(outside, source, words, evidence);
    addCommandTarget(outside, words, evidence);
    if (unwrapped.role === "other" || (unwrapped.server === "own" && !isServing(unwrapped))) continue;
    const written = words.join(" ");
    const place = evidence(unwrapped.argv[0] ?? written);
    const known = outside.starts.some((each) => each.source === source && each.written === written);
    if (!known) outside.starts.push(startOf(source, { written, evidence: place }, "shell", unwrapped));
  }
}

/** `python -m app` serves; `python -c …` and `python scripts/x.py` of a Makefile do something else. */
function isServing({ argv }: Unwrapped): boolean {
  const [, second = "", third = ""] = argv;
  return second === "-m" && !/^(?:pip|venv|build|compileall|json|http|pytest|mypy|ruff|twine)\b/.test(third);
}

/** `docker exec name curl …`: a program that must be in the image. */
function addContainerProbe(
  outside: Outside,
  source: Source,
  words: readonly string[],
  evidence: (at: string) => Evidence,
): void {
  const at = words.findIndex(
    (word, index) => word === "exec" && /^(?:docker|podman|compose)$/.test(baseName(words[index - 1] ?? "")),
  );
  const rest = at < 0 ? [] : words.slice(at + 1).filter((word) => !word.startsWith("-"));
  const program = baseName(rest[1] ?? "");
  if (/^(?:curl|wget|nc|python\d?)$/.test(program))
    outside.probes.push({ source, program, command: rest.slice(1).join(" "), evidence: evidence(program) });
}

/** A health probe as Docker, Compose and ECS write it: `["CMD", …]`, `["CMD-SHELL", text]`, or a text for the shell. */
export function addProbe(
  outside: Outside,
  source: Source,
  test: unknown,
  { evidence, origin }: { readonly evidence: Evidence; readonly origin?: ImageOrigin | undefined },
): void {
  const parts = probeParts(test);
  if (parts === undefined) return;
  const words = parts.shell ? (simpleCommands(parts.command)[0]?.words ?? []) : parts.words;
  const program = programOfProbe(words);
  if (program !== "" && !OF_OTHER_SERVERS.test(program))
    outside.probes.push({ source, program, command: parts.command, evidence, ...from(origin) });
}

/** What only the container of a database or a broker is probed with: it is not the service's. */
const OF_OTHER_SERVERS =
  /^(?:pg_isready|psql|mysqladmin|mariadb-admin|healthcheck\.sh|redis-cli|valkey-cli|mongo(?:sh)?|rabbitmq-diagnostics|rabbitmqctl|kafka-[\w-]+(?:\.sh)?|cqlsh|nodetool|etcdctl|nginx|clickhouse-client|cypher-shell|mc)$/;

function probeParts(
  test: unknown,
): { readonly shell: boolean; readonly words: readonly string[]; readonly command: string } | undefined {
  if (typeof test === "string") return { shell: true, words: [], command: test };
  const list = textsOf(test);
  if (list === undefined || list[0] === "NONE") return undefined;
  const words = /^CMD(?:-SHELL)?$/.test(list[0] ?? "") ? list.slice(1) : list;
  return { shell: list[0] === "CMD-SHELL", words, command: words.join(" ") };
}

/** The outermost program: `uv` of `uv run python …` must be in the image as well. */
function programOfProbe(words: readonly string[]): string {
  const [first = ""] = words;
  if (/^(?:sh|bash|ash|env|exec|timeout)$/.test(baseName(first))) {
    const { argv } = unwrap(words);
    return baseName(argv[0] === "timeout" ? (argv[2] ?? "") : (argv[0] ?? ""));
  }
  return baseName(first);
}

/** `90`, `30s`, `1m30s` in seconds. */
export function seconds(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const match = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:\d+ms)?$/.exec(value.trim());
  if (match === null || match[0] === "") return undefined;
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
}

/** Of a container that serves, or may: how long a worker may take is no limit of the server's. */
export const mayServe = (start: Pick<StartCommand, "role"> | undefined): boolean =>
  start === undefined || start.role === "web" || start.role === "other";

export function addGrace(
  outside: Outside,
  value: unknown,
  evidence: Evidence,
  of: Omit<GracePeriod, keyof Fact<number>> = {},
): void {
  const number = value === undefined || value === null ? undefined : seconds(value);
  if (number !== undefined)
    outside.gracePeriods.push({ value: number, confidence: "certain", evidence: [evidence], ...of });
}

/** That a container has a command of its own, and which one where its file says it. */
export function ownOf(
  start: StartCommand | undefined,
  entrypoint: unknown,
): Pick<GracePeriod, "ownCommand" | "ownStart"> {
  if (start === undefined) return {};
  const { argv, server, role, evidence } = start;
  const after = entrypoint === undefined || entrypoint === null ? { afterEntrypoint: true as const } : {};
  return { ownCommand: true, ownStart: { argv, server, role, evidence, ...after } };
}

/** True for a command that only a Python service would have: then an image without `build` may be ours as well. */
export function looksLikeService(command: unknown): boolean {
  const { argv } = unwrap(wordsOf(command));
  return roleOf(argv) !== "other" && (serverOf(argv) !== "unknown" || roleOf(argv) !== "web");
}
