import { UserError } from "../kit/errors.ts";
import type { Container, StartOptions } from "../engine/engine.ts";
import type { Contract } from "../model/types.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { errorPages, failFromNowOn, workFromNowOn } from "./support/error-pages.ts";
import { becomesHealthy, firstHealthy } from "./support/health.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { type CommandSaid, quickHealth, saidBy, turns } from "./support/health-status.ts";
import { startPatience } from "./support/patience.ts";
import { runPython } from "./support/python.ts";
import { requiredEnv, startService } from "./support/service.ts";
import { within } from "./support/time.ts";
import { servesNobody } from "./support/works.ts";

/** What the image's HEALTHCHECK says of a service that answers, of one that hangs, and of one that answers 500 to all. */
export interface HealthCommand {
  /** Without one nothing was run. */
  readonly declared: boolean;
  readonly command: readonly string[];
  readonly becameHealthy: boolean;
  /** Where it did not: how it ended the last time, while the service answered. */
  readonly said?: CommandSaid;
  readonly healthyMs: number | undefined;
  /** After every process of the service was halted. */
  readonly noticed: boolean;
  readonly noticedMs: number | undefined;
  /** After every route answered 500; undefined where that could not be had. */
  readonly noticedErrors?: boolean;
  readonly log: readonly LoggedLine[];
}

export const healthCommand: Probe<HealthCommand> = {
  id: "health-command",
  title: "Watch the image's HEALTHCHECK while the service answers, while it hangs, and while it answers 500",
  runs: "beside-others",
  waits: true,
  long: true,
  needsHealthy: true,
  version: 4,
  async collect(context) {
    const { contract, image } = context;
    const command = image.config.healthcheck?.test ?? [];
    const { healthcheckUnread: unread } = image.config;
    if (unread !== undefined)
      throw new UserError("probe/healthcheck-unread", unread, {
        hint: "Verify it with an engine that reads it, such as Docker.",
      });
    if (command.length === 0 || command[0] === "NONE") return { ...NOTHING, command };
    const signal = within(context.signal, 2 * startPatience(contract) + 120_000, "Watching the HEALTHCHECK");
    if (servesNobody(contract)) return { ...(await plainLife(context, signal)), command };
    const added = await errorPages(image, context.evidenceDirectory, requiredEnv(contract));
    // One life shows it all, unless what was added from outside keeps it from becoming healthy.
    return { ...((await watchLife(context, added, signal)) ?? (await plainLife(context, signal))), command };
  },
};

type Seen = Omit<HealthCommand, "command">;

/** @returns undefined when the service did not become healthy with what was added. */
async function watchLife(context: ProbeContext, added: StartOptions, signal: AbortSignal): Promise<Seen | undefined> {
  const { contract } = context;
  await using container = await startService(context, { ...added, health: quickHealth() });
  const { healthy } = await firstHealthy(container, contract, { limitMs: startPatience(contract), signal });
  if (!healthy) return undefined;
  const healthyMs = await turns(container, "healthy", signal);
  if (healthyMs === undefined) return await neverHealthy(container, contract);
  if (!(await failFromNowOn(container, contract, signal))) return await noticesHang(container, healthyMs, signal);
  const noticedErrors = (await turns(container, "unhealthy", signal)) !== undefined;
  await workFromNowOn(container, contract, signal);
  // One that stays unhealthy cannot turn so.
  const works = !noticedErrors || (await turns(container, "healthy", signal)) !== undefined;
  const hang = works ? await noticesHang(container, healthyMs, signal) : await plainLife(context, signal);
  return { ...hang, noticedErrors };
}

async function plainLife(context: ProbeContext, signal: AbortSignal): Promise<Seen> {
  await using container = await startService(context, { health: quickHealth() });
  await becomesHealthy(container, context.contract, signal);
  const healthyMs = await turns(container, "healthy", signal);
  if (healthyMs === undefined) return await neverHealthy(container, context.contract);
  return await noticesHang(container, healthyMs, signal);
}

async function neverHealthy(container: Container, contract: Contract): Promise<Seen> {
  const said = await saidBy(container, contract);
  const log = logTail(await container.logs());
  return { ...NOTHING, declared: true, ...(said && { said }), log };
}

async function noticesHang(container: Container, healthyMs: number, signal: AbortSignal): Promise<Seen> {
  await halt(container, signal);
  const noticedMs = await turns(container, "unhealthy", signal);
  const log = logTail(await container.logs());
  return { declared: true, becameHealthy: true, healthyMs, noticed: noticedMs !== undefined, noticedMs, log };
}

const NOTHING: HealthCommand = {
  declared: false,
  command: [],
  becameHealthy: false,
  healthyMs: undefined,
  noticed: false,
  noticedMs: undefined,
  log: [],
};

/** Halts every process: with only the first one halted, its workers would go on answering. */
async function halt(container: Container, signal: AbortSignal): Promise<void> {
  const others = await container.processes();
  // `kill(-1)` reaches all but the first process and the caller.
  const script = "import os,signal\ntry:\n os.kill(-1,signal.SIGSTOP)\nexcept ProcessLookupError: pass";
  if (others.length > 1 && (await runPython(container, script, { user: "0", signal })) === undefined)
    throw new UserError("probe/no-python", "The service's processes could not be halted", {
      hint: "There is no Python on the image's PATH to do it: halt them by hand, and see that the HEALTHCHECK turns unhealthy.",
    });
  await container.signal("SIGSTOP");
}
