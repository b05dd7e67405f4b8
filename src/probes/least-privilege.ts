import type { StartOptions } from "../engine/engine.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { firstHealthy, type Outcome, whyUnhealthy } from "./support/health.ts";
import { logTail } from "./support/logs.ts";
import { loneliestLife, NO_RIGHTS, UNKNOWN_UID } from "./support/lonely-life.ts";
import { startPatience } from "./support/patience.ts";
import { startService } from "./support/service.ts";
import { within } from "./support/time.ts";

/** Whether the service becomes healthy with less than it has by default. */
export interface LeastPrivilege {
  readonly noCapabilities: Outcome;
  /** With a uid that no file of the image knows, in group 0, as OpenShift does. */
  readonly arbitraryUid: Outcome;
}

export const leastPrivilege: Probe<LeastPrivilege> = {
  id: "least-privilege",
  title: "Run the image without capabilities, and as a uid it does not know",
  runs: "beside-others",
  needsHealthy: true,
  version: 4,
  async collect(context) {
    const limitMs = 3 * startPatience(context.contract) + 90_000;
    const signal = within(context.signal, limitMs, "The runs with fewer rights");
    const lonely = await loneliestLife(context, signal);
    if (lonely !== undefined) return { noCapabilities: lonely, arbitraryUid: lonely };
    // Which of them it needs is asked side by side: each may take as long as a start may.
    const [noCapabilities, arbitraryUid] = await Promise.all([
      outcome(context, NO_RIGHTS, signal),
      outcome(context, { user: UNKNOWN_UID }, signal),
    ]);
    return { noCapabilities, arbitraryUid };
  },
};

async function outcome(context: ProbeContext, options: StartOptions, signal: AbortSignal): Promise<Outcome> {
  const { contract } = context;
  await using container = await startService(context, options);
  const limitMs = startPatience(contract);
  const health = await firstHealthy(container, contract, { limitMs, signal });
  const log = logTail(await container.logs());
  return { healthy: health.healthy, problem: whyUnhealthy(health, log), log: log.slice(-50) };
}
