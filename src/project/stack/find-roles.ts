import { resolve } from "node:path";
import type { Role, RoleCommand, RoleKind, StartCommand } from "../../model/types.ts";
import { HOSTING } from "../outside-hosting.ts";
import { seconds } from "../outside.ts";
import { roleOf, unwrap } from "../unwrap.ts";
import type { ComposeEntry, ComposeProject } from "./compose-project.ts";
import { buildOf, commandOf, dependenciesOf, wordsOf } from "./compose-service.ts";

/** A Compose service that is built from the service's own folder. */
export interface OwnEntry {
  readonly entry: ComposeEntry;
  readonly dockerfile: string;
  /** The stage that it builds, where it names one. */
  readonly target: string | undefined;
  /** Undefined where it is started by what the image says. */
  readonly command: RoleCommand | undefined;
  readonly role: StartCommand["role"];
  /** It is started by a web server that is known as one, or by what the image says. */
  readonly serves: boolean;
}

const USUAL_GRACE_SECONDS = 10;
const TASK_SECONDS = 120;
const READY_SECONDS = 30;

/** The Compose services that are this service, by what they start. */
export function ownEntries({ entries }: ComposeProject, root: string): readonly OwnEntry[] {
  return [...entries.values()].flatMap((entry) => {
    const build = buildOf(entry);
    if (build === undefined || resolve(root, build.context) !== resolve(root)) return [];
    const command = commandOf(entry);
    const words = [...(command?.entrypoint ?? []), ...(command?.command ?? [])];
    const { role, server } = unwrap(words);
    const serves = command === undefined || (role === "web" && server !== "own" && server !== "unknown");
    const { dockerfile, target } = build;
    return [{ entry, dockerfile, target, command, role: command === undefined ? "web" : role, serves }];
  });
}

/** The one that serves: whose address others are given, when several do. */
export function mainEntry(own: readonly OwnEntry[]): OwnEntry | undefined {
  const web = own.filter(({ role }) => role === "web");
  return web.find(({ entry }) => entry.table["ports"] !== undefined) ?? web.find(({ serves }) => serves) ?? web[0];
}

export interface RoleFacts {
  /** The Dockerfiles that make the image under proof: today's, and the reworked one. */
  readonly dockerfiles: readonly string[];
  /** Whether a build of one of them that names this stage, or none, makes that image. A stage to develop in does not. */
  readonly makesImage?: (dockerfile: string, target: string | undefined) => boolean;
  /** Commands that the rework gives its Compose services, by name. */
  readonly reworked: Readonly<Record<string, readonly string[]>>;
}

/** The roles among the Compose services that are this service, without what is known of their sidecars. */
export function composeRoles(own: readonly OwnEntry[], facts: RoleFacts): ReadonlyMap<string, Role> {
  const main = mainEntry(own);
  const waitedFor = new Set(
    own.flatMap(({ entry }) => [...dependenciesOf(entry)].flatMap(([name, { ends }]) => (ends ? [name] : []))),
  );
  const roles = new Map<string, Role>();
  for (const one of own) {
    const { name } = one.entry;
    const kind = waitedFor.has(name) ? "task" : kindIn(one);
    const isAside = one.entry.table["profiles"] !== undefined && !waitedFor.has(name);
    if (one === main || one.command === undefined || kind === undefined || kind === "server" || isAside) continue;
    roles.set(name, composeRole(one, one.command, kind, facts));
  }
  return roles;
}

function composeRole(
  { entry, dockerfile, target, role }: OwnEntry,
  command: RoleCommand,
  kind: RoleKind,
  { dockerfiles, makesImage, reworked }: RoleFacts,
): Role {
  const certain = dockerfiles.includes(dockerfile) && makesImage?.(dockerfile, target) !== false;
  const plain = unmanaged(command);
  const written = [command];
  const after = reworked[entry.name];
  const grace = seconds(entry.table["stop_grace_period"]);
  const stopSignal = entry.table["stop_signal"];
  return {
    ...limitsOf(kind, grace),
    ...(typeof stopSignal === "string" ? { stopSignal } : {}),
    ...(kind === "worker" && role === "web" && !RESTARTS.test(String(entry.table["restart"])) ? { mayEnd: true } : {}),
    name: entry.name,
    kind,
    where: entry.where,
    commands: certain ? [after === undefined ? command : { command: after }] : [...plain, ...written],
    today: certain ? written : [...written, ...plain],
    certain,
    env: {},
  };
}

const limitsOf = (kind: RoleKind, grace: number | undefined) => ({
  withinSeconds: kind === "task" ? TASK_SECONDS : READY_SECONDS,
  graceSeconds: grace ?? USUAL_GRACE_SECONDS,
});

/** The command without `uv run` and its kin: what another image of the same service, which has no uv, can start. */
function unmanaged({ entrypoint, command }: RoleCommand): readonly RoleCommand[] {
  if (entrypoint !== undefined) return [];
  const { argv, wrappers } = unwrap(command);
  const only = wrappers.length > 0 && wrappers.every((one) => /^(?:uv|poetry|pdm|pipenv|hatch|rye) run$/.test(one));
  return only ? [{ command: argv }] : [];
}

/** A program of the service's own that no port leads to works on something. */
function kindIn({ role, serves, entry }: OwnEntry): RoleKind | undefined {
  const isReached = entry.table["ports"] !== undefined || entry.table["expose"] !== undefined;
  return role === "web" && !serves && !isReached ? "worker" : kindOf(role);
}

const RESTARTS = /^(?:always|unless-stopped|on-failure)/;

const kindOf = (role: StartCommand["role"]): RoleKind | undefined => {
  if (role === "migrate") return "task";
  if (role === "web") return "server";
  return role === "worker" || role === "beat" ? "worker" : undefined;
};

/** A role as `seaworthy.yaml` names it; what it leaves out comes from the files, or is usual. */
export interface RoleAsked {
  readonly name: string;
  readonly command?: string | readonly string[];
  /** The command on today's image, where it is another. */
  readonly today?: string | readonly string[];
  readonly kind?: RoleKind;
  readonly env?: Readonly<Record<string, string>>;
  readonly port?: number;
  readonly health?: string;
  readonly ready?: string;
  readonly within?: number;
  readonly grace?: number;
}

const OUTSIDE = new Set<StartCommand["source"]>(["procfile", "kubernetes", "ecs", "cdk", ...HOSTING]);

/** A Procfile names each of its lines as it likes; elsewhere what a start is for is its name. */
const startOf = (name: string, starts: readonly StartCommand[]): StartCommand | undefined =>
  starts.find(({ source, evidence }) => source === "procfile" && evidence.text.startsWith(`${name}:`)) ??
  starts.find(({ source, role }) => OUTSIDE.has(source) && role === name);

/** A role that the team asks for: with what the files say of one of its name. Undefined when nothing says its command. */
export function askedRole(
  asked: RoleAsked,
  known: Role | undefined,
  starts: readonly StartCommand[],
): Role | undefined {
  const start = startOf(asked.name, starts);
  const own = commandIn(asked.command);
  const commands = own ?? known?.commands ?? (start && [shellCommand(start)]);
  if (commands === undefined) return undefined;
  const kind = asked.kind ?? known?.kind ?? usualKind(asked, commands[0]);
  const today = commandIn(asked.today) ?? (own ? undefined : known?.today);
  const found = known ?? { where: placeOf(start), env: {}, ...NOTHING_FOUND };
  return {
    ...limitsOf(kind, asked.grace ?? found.graceSeconds),
    ...saidOf(asked, { first: found.first, today, stopSignal: found.stopSignal }),
    name: asked.name,
    kind,
    where: own === undefined ? found.where : "seaworthy.yaml",
    commands,
    certain: true,
    env: { ...found.env, ...asked.env },
  };
}

const NOTHING_FOUND = { first: undefined, graceSeconds: undefined, stopSignal: undefined };

const saidOf = (
  { within, port, health, ready }: RoleAsked,
  known: { readonly [K in "first" | "today" | "stopSignal"]: Role[K] | undefined },
) => given({ ...known, withinSeconds: within, port, health, ready });

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what nobody said. */
const given = <T extends object>(values: T): Given<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;

/** A program that serves by itself is no server to ask until somebody says its port. */
function usualKind({ port }: RoleAsked, first: RoleCommand | undefined): RoleKind {
  const kind = kindOf(roleOf(unwrap(first?.command ?? []).argv));
  if (port !== undefined) return "server";
  return kind === "worker" ? kind : "task";
}

const commandIn = (command: RoleAsked["command"]): readonly RoleCommand[] | undefined =>
  command === undefined ? undefined : [{ command: wordsOf(command) ?? [] }];

const placeOf = (start: StartCommand | undefined): string =>
  start === undefined ? "seaworthy.yaml" : `${start.evidence.file}:${start.evidence.line}`;

/** A Procfile's line is read by a shell. */
function shellCommand({ written, source, argv }: StartCommand): RoleCommand {
  if (source !== "procfile") return { command: wordsOf(written.startsWith("[") ? argv : written) ?? argv };
  return /[|&;<>()$`]/.test(written) ? { command: ["sh", "-c", written] } : { command: wordsOf(written) ?? argv };
}
