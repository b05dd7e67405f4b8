import type { Container, Engine, Exit, Signal, StartOptions } from "../../engine/engine.ts";
import { UserError } from "../../kit/errors.ts";
import { redactByShape } from "../../kit/redact.ts";
import type { Contract, Image, Role, RoleCommand, RoleKind } from "../../model/types.ts";
import { firstHealthy, whyUnhealthy } from "./health.ts";
import { lastLine, type LoggedLine, logTail } from "./logs.ts";
import { findPrograms } from "./on-path.ts";
import { business } from "../../kit/machine.ts";
import { requiredEnv } from "./service.ts";
import { settles } from "./settle.ts";
import { signalNamed, stopAtRest, type Stopped } from "./stop.ts";
import { within } from "./time.ts";
import { exitWithin } from "./works.ts";

/** What one role of the image did, or why it was not run. */
export interface RoleSeen {
  readonly name: string;
  readonly kind: RoleKind;
  readonly where: string;
  readonly certain: boolean;
  /** As it was started, in words. */
  readonly command: string;
  /** Undefined where the image's own entry point starts it. */
  readonly program: { readonly name: string; readonly path: string | undefined } | undefined;
  readonly notRun: string | undefined;
  readonly life: RoleLife | undefined;
}

/** One life of a role. */
export interface RoleLife {
  /** With a read-only root, no capabilities and no new privileges: the reworked image alone promises that. */
  readonly asContract: boolean;
  /** Why it did not do what its kind promises; empty when it did. */
  readonly problem: string;
  /** Until a task ended, or until the others were ready. */
  readonly milliseconds: number;
  readonly exit: Exit | undefined;
  /** Effective uids of its processes; of a task none were looked at. */
  readonly uids: readonly number[];
  readonly stop: Stopped | undefined;
  readonly graceSeconds: number;
  readonly log: readonly LoggedLine[];
}

export interface RoleContext {
  readonly engine: Engine;
  readonly image: Image;
  readonly contract: Contract;
  /** It is the image that ships from now on. */
  readonly reworked: boolean;
  readonly signal: AbortSignal;
}

/** Looks for a role's program, and runs the role by the contract of its kind. */
export async function seeRole(role: Role, context: RoleContext): Promise<RoleSeen> {
  const { engine, image, reworked } = context;
  const commands = reworked ? role.commands : (role.today ?? role.commands);
  const programs = commands.flatMap((one) => programOf(one, image) ?? []);
  const found = await findPrograms(engine, image, programs);
  const isThere = (one: RoleCommand) => {
    const program = programOf(one, image);
    return program === undefined || found.has(program);
  };
  const chosen = commands.find(isThere) ?? commands[0] ?? { command: [] };
  const program = programOf(chosen, image);
  const seen = {
    name: role.name,
    kind: role.kind,
    where: role.where,
    certain: role.certain,
    command: redactByShape([...(chosen.entrypoint ?? []), ...chosen.command].join(" ")),
    program: program === undefined ? undefined : { name: program, path: found.get(program) },
    notRun: role.notRun,
    life: undefined,
  };
  // What cannot be started is not started: the missing program says it all.
  if (role.notRun !== undefined || !isThere(chosen)) return seen;
  return { ...seen, life: await live(role, chosen, context) };
}

/** The program that the engine starts; undefined where the image's entry point hands over, or does not, on its own terms. */
function programOf({ entrypoint, command }: RoleCommand, image: Image): string | undefined {
  if (entrypoint !== undefined && entrypoint.length > 0) return entrypoint[0];
  return entrypoint === undefined && image.config.entrypoint.length > 0 ? undefined : command[0];
}

async function live(role: Role, chosen: RoleCommand, context: RoleContext): Promise<RoleLife> {
  const { engine, image, contract, reworked } = context;
  const limitMs = role.withinSeconds * 1000 * business();
  const most = limitMs + role.graceSeconds * 4000 + 60_000;
  const signal = within(context.signal, most, `The role ${role.name}`);
  const nothing = { asContract: reworked, exit: undefined, uids: [], stop: undefined, graceSeconds: role.graceSeconds };
  try {
    await using container = await engine.start(image.id, {
      ...(reworked ? underContract(contract) : {}),
      ...(role.port === undefined ? {} : { publish: [role.port] }),
      ...(chosen.entrypoint === undefined ? {} : { entrypoint: chosen.entrypoint }),
      command: chosen.command,
      env: { ...requiredEnv(contract), ...role.env },
    });
    const lived =
      role.kind === "task"
        ? await runToEnd(container, limitMs, signal)
        : await workAndStop(container, { role, image, contract, limitMs, signal });
    return { ...nothing, ...lived, log: logTail(await container.logs()).slice(-50) };
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "engine/start-failed") throw error;
    return { ...nothing, problem: error.message, milliseconds: 0, log: [] };
  }
}

function underContract({ readOnlyRoot, writablePaths }: Contract): StartOptions {
  return {
    readOnly: readOnlyRoot,
    tmpfs: writablePaths.map((path) => `${path}:mode=1777`),
    dropCapabilities: true,
    noNewPrivileges: true,
  };
}

type Lived = Pick<RoleLife, "problem" | "milliseconds"> & Partial<RoleLife>;

async function runToEnd(container: Container, limitMs: number, signal: AbortSignal): Promise<Lived> {
  const exit = await exitWithin(container, limitMs, signal);
  const milliseconds = performance.now() - container.startedAt;
  const last = lastLine(await container.logs());
  if (exit === undefined) return { problem: `it still ran after ${Math.round(milliseconds / 1000)} s`, milliseconds };
  const problem = exit.code === 0 ? "" : `it ended with exit code ${exit.code}; its last line: ${last}`;
  return { problem, milliseconds, exit };
}

interface Work {
  readonly role: Role;
  readonly image: Image;
  readonly contract: Contract;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

async function workAndStop(container: Container, work: Work): Promise<Lived> {
  const { role, image, signal } = work;
  const { problem, exit } =
    role.port === undefined ? await works(container, work) : { problem: await serves(container, work, role.port) };
  const milliseconds = performance.now() - container.startedAt;
  if (problem !== "" || exit !== undefined) return { problem, milliseconds, exit };
  const uids = [...new Set((await container.processes()).map(({ uid }) => uid))];
  const stop = await stopAtRest(container, stopOf(role, image), role.graceSeconds * 1000, signal);
  return { problem, milliseconds, uids, stop };
}

/** An image's stop signal is sent to whatever is started from it, where the Compose file has no other for this one. */
const stopOf = (role: Role, image: Image): Signal => signalNamed(role.stopSignal ?? image.config.stopSignal);

async function serves(container: Container, { role, contract, limitMs, signal }: Work, port: number): Promise<string> {
  const own = { ...contract, port, health: role.health === undefined ? undefined : { path: role.health } };
  const health = await firstHealthy(container, own, { limitMs, signal });
  return whyUnhealthy(health, logTail(await container.logs()));
}

/** Waits until a worker works, by its own word or by its silence; says why it does not. */
async function works(container: Container, { role, limitMs, signal }: Work): Promise<Working> {
  const settled = await settles(container, { ready: role.ready, limitMs, signal });
  if (settled.works) return { problem: "" };
  const { exit } = settled;
  if (exit !== undefined && role.mayEnd === true && exit.code === 0) return { problem: "", exit };
  const problem = exit === undefined ? settled.problem : `it ended by itself with exit code ${exit.code}`;
  return { problem: `${problem}; its last line: ${lastLine(await container.logs())}` };
}

interface Working {
  readonly problem: string;
  readonly exit?: Exit;
}
