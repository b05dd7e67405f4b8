import { UserError } from "../kit/errors.ts";
import type { Container, StartOptions } from "../engine/engine.ts";
import type { Contract } from "../model/types.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { errorPages, failFromNowOn, workFromNowOn } from "./support/error-pages.ts";
import { becomesHealthy, firstHealthy } from "./support/health.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import {
  type CommandSaid,
  goesByAge,
  type HealthTimes,
  quickHealth,
  longerTimes,
  saidBy,
  turns,
} from "./support/health-status.ts";
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
  /** Where it did not notice: how long it was watched, and whether it goes by the age of something. */
  readonly watchedMs?: number;
  readonly byAge?: boolean;
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
  version: 5,
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
    const quick = quickHealth();
    const seen = await see({ context, signal, command, times: quick });
    const times = longerTimes(seen.said, quick, image.config.healthcheck?.timeoutMs);
    if (times === undefined) return { ...seen, command };
    const limitMs = 2 * startPatience(contract) + 10 * times.timeoutMs + 120_000;
    const longer = within(context.signal, limitMs, "Watching the HEALTHCHECK");
    return { ...(await see({ context, signal: longer, command, times })), command };
  },
};

interface Watch {
  readonly context: ProbeContext;
  readonly signal: AbortSignal;
  readonly command: readonly string[];
  readonly times: HealthTimes;
}

async function see(watch: Watch): Promise<Seen> {
  const { contract, image, evidenceDirectory } = watch.context;
  if (servesNobody(contract)) return await plainLife(watch);
  const added = await errorPages(image, evidenceDirectory, requiredEnv(contract));
  // One life shows it all, unless what was added from outside keeps it from becoming healthy.
  return (await watchLife(watch, added)) ?? (await plainLife(watch));
}

type Seen = Omit<HealthCommand, "command">;

/** @returns undefined when the service did not become healthy with what was added. */
async function watchLife(watch: Watch, added: StartOptions): Promise<Seen | undefined> {
  const { context, signal, times } = watch;
  const { contract } = context;
  await using container = await startService(context, { ...added, health: times });
  const { healthy } = await firstHealthy(container, contract, { limitMs: startPatience(contract), signal });
  if (!healthy) return undefined;
  const healthyMs = await turns(container, "healthy", signal, { times });
  if (healthyMs === undefined) return await neverHealthy(container, contract);
  if (!(await failFromNowOn(container, contract, signal))) return await noticesHang(container, healthyMs, watch);
  const noticedErrors = (await turns(container, "unhealthy", signal, { times })) !== undefined;
  await workFromNowOn(container, contract, signal);
  // One that stays unhealthy cannot turn so.
  const works = !noticedErrors || (await turns(container, "healthy", signal, { times })) !== undefined;
  const hang = works ? await noticesHang(container, healthyMs, watch) : await plainLife(watch);
  return { ...hang, noticedErrors };
}

async function plainLife(watch: Watch): Promise<Seen> {
  const { context, signal, times } = watch;
  await using container = await startService(context, { health: times });
  await becomesHealthy(container, context.contract, signal);
  const healthyMs = await turns(container, "healthy", signal, { times });
  if (healthyMs === undefined) return await neverHealthy(container, context.contract);
  return await noticesHang(container, healthyMs, watch);
}

async function neverHealthy(container: Container, contract: Contract): Promise<Seen> {
  const said = await saidBy(container, contract);
  const log = logTail(await container.logs());
  return { ...NOTHING, declared: true, ...(said && { said }), log };
}

/** So long a sign of life may be old: what asks nobody waits until it is. */
const OLD_MS = 90_000;

async function noticesHang(container: Container, healthyMs: number, watch: Watch): Promise<Seen> {
  const { context, signal, times, command } = watch;
  await halt(container, signal);
  const halted = performance.now();
  const byAge = goesByAge(command);
  const waits = byAge || servesNobody(context.contract);
  const noticedMs = await turns(container, "unhealthy", signal, { times, ...(waits && { limitMs: OLD_MS }) });
  const log = logTail(await container.logs());
  const seen = { declared: true, becameHealthy: true, healthyMs, noticed: noticedMs !== undefined, noticedMs, log };
  return seen.noticed ? seen : { ...seen, watchedMs: performance.now() - halted, byAge };
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
