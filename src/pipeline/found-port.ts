import type { Engine } from "../engine/engine.ts";
import { isBeside, mostLikely } from "../planner/image-port.ts";
import type { Contract, Image } from "../model/types.ts";
import { listeningIn } from "../probes/support/listening.ts";
import { startPatience } from "../probes/support/patience.ts";
import { requiredEnv } from "../probes/support/service.ts";
import { poll } from "../probes/support/time.ts";
import { watchExit } from "../probes/support/exit-watch.ts";

const EVERY_MS = 250;
const MORE_MS = 3000;

/**
 * The port that an image listens on which names none: it is started once, and the kernel is asked.
 * @returns undefined where it listens on none that others reach, has ended, or nobody can look.
 */
export async function foundPort(
  engine: Engine,
  image: Image,
  contract: Contract,
  signal: AbortSignal,
): Promise<number | undefined> {
  await using container = await engine.start(image.id, { env: requiredEnv(contract) });
  await using watch = watchExit(container, signal);
  let seen: readonly number[] = [];
  const look = (enough: (ports: readonly number[]) => boolean) => async (): Promise<true | undefined> => {
    if (watch.exit !== undefined) return true;
    const listening = await listeningIn(container, signal);
    seen = (listening?.tcp ?? []).filter(({ reach }) => reach === "all").map(({ port }) => port);
    return enough(seen) ? true : undefined;
  };
  await poll(
    look((ports) => ports.length > 0),
    { everyMs: EVERY_MS, limitMs: startPatience(contract), signal },
  );
  // What has several opens them one after the other, the one for its figures most often first.
  await poll(
    look((ports) => ports.some((port) => !isBeside(port))),
    { everyMs: EVERY_MS, limitMs: MORE_MS, signal },
  );
  return mostLikely(seen);
}
