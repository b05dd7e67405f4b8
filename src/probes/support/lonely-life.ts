import { UserError } from "../../kit/errors.ts";
import type { Container, StartOptions } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import type { ProbeContext } from "../probe.ts";
import { isHealthy } from "./ask-health.ts";
import { askHealthInside } from "./ask-inside.ts";
import { watchExit } from "./exit-watch.ts";
import { firstHealthy, type Outcome, whyUnhealthy } from "./health.ts";
import { lastLine, logTail } from "./logs.ts";
import { startPatience } from "./patience.ts";
import { requiredEnv } from "./service.ts";
import { poll } from "./time.ts";
import { askedAlike, spokenOf } from "./wire.ts";
import { servesNobody } from "./works.ts";

/** What a start without any network came to. */
export interface LonelyLife extends Outcome {
  readonly milliseconds: number;
}

/** With a uid that no file of the image knows, in group 0, as OpenShift does. */
export const UNKNOWN_UID = "12345:0";

/** Without capabilities, and without a way to any. */
export const NO_RIGHTS: StartOptions = { dropCapabilities: true, noNewPrivileges: true };

/**
 * No network, no capabilities and an unknown uid at once: what becomes healthy so does without each of them, and one start
 * shows it. Not of an image that starts as root: its entrypoint may do as root what it leaves out as anybody else.
 * @returns undefined where it does not, or nobody can ask it: then each has to be tried alone.
 */
export function loneliestLife(context: ProbeContext, signal: AbortSignal): Promise<LonelyLife | undefined> {
  context.shared.loneliestLife ??= newLoneliestLife(context, signal);
  return context.shared.loneliestLife;
}

async function newLoneliestLife(context: ProbeContext, signal: AbortSignal): Promise<LonelyLife | undefined> {
  // What has something beside it most often waits for it, in vain here.
  if ((context.beside?.sidecars.length ?? 0) > 0 || startsAsRoot(context.image.config.user)) return undefined;
  try {
    const life = await lonelyLife(context, { ...NO_RIGHTS, user: UNKNOWN_UID }, signal);
    return life.healthy ? life : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

const startsAsRoot = (user: string): boolean => /^(?:root|0+)?(?::|$)/.test(user);

/** Starts it with no network at all, and waits until it is healthy, asked from inside. */
export async function lonelyLife(
  context: ProbeContext,
  options: StartOptions,
  signal: AbortSignal,
): Promise<LonelyLife> {
  const { contract, engine, image } = context;
  await using container = await engine.start(image.id, { env: requiredEnv(contract), ...options, network: "none" });
  await using watch = watchExit(container, signal);
  if (servesNobody(contract)) return await lifeOf(container, contract, signal);
  // Another start may find out meanwhile how it is spoken to.
  const spoken = spokenOf(context.shared);
  let refused = 0;
  const status = await poll(
    async () => {
      if (watch.exit !== undefined) return 0;
      const seen = await askHealthInside(container, contract, spoken.wire, signal);
      // A container that is just ending refuses as well; one that goes on refusing has no Python to ask with.
      refused = seen === "no Python" ? refused + 1 : 0;
      if (refused > 3) return "nobody to ask";
      return typeof seen === "object" && isHealthy(contract, seen) ? seen.status : undefined;
    },
    { everyMs: 500, limitMs: startPatience(contract), signal },
  );
  if (status === "nobody to ask") return await isolatedLife(context, options, signal);
  const milliseconds = performance.now() - container.startedAt;
  const log = logTail(await container.logs());
  const healthy = status !== undefined && status !== 0;
  return { healthy, milliseconds, problem: healthy ? "" : lastLine(log), log: log.slice(-50) };
}

async function lifeOf(container: Container, contract: Contract, signal: AbortSignal): Promise<LonelyLife> {
  const health = await firstHealthy(container, contract, { limitMs: startPatience(contract), signal });
  const log = logTail(await container.logs());
  const { healthy, milliseconds } = health;
  return { healthy, milliseconds, problem: whyUnhealthy(health, log), log: log.slice(-50) };
}

/** In a network without a way out, where the service is asked from this machine: it needs no program of the image. */
async function isolatedLife(
  { contract, engine, image, shared }: ProbeContext,
  options: StartOptions,
  signal: AbortSignal,
): Promise<LonelyLife> {
  await using network = await engine.createNetwork({ internal: true });
  await using container = askedAlike(
    await engine.start(image.id, { env: requiredEnv(contract), ...options, network }),
    shared,
  );
  if (container.ownUrl(contract.port, "/") === undefined)
    throw new UserError("probe/nobody-to-ask", NOBODY, {
      hint: "Verify it with an engine on this machine.",
    });
  return await lifeOf(container, contract, signal);
}

const NOBODY =
  "Without a network only the image's own Python could ask the service, and there is none on its PATH; the engine is elsewhere, so nobody else could";
