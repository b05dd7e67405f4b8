import type { StartOptions } from "../engine/engine.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { firstHealthy, type Outcome, whyUnhealthy } from "./support/health.ts";
import { logTail } from "./support/logs.ts";
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
  version: 2,
  async collect(context) {
    const limitMs = 3 * startPatience(context.contract) + 60_000;
    const signal = within(context.signal, limitMs, "The runs with fewer rights");
    const less = { dropCapabilities: true, noNewPrivileges: true };
    // Both at once is one start; only a service that fails it is asked which of the two it was.
    const both = await outcome(context, { ...less, user: "12345:0" }, signal);
    if (both.healthy) return { noCapabilities: both, arbitraryUid: both };
    return {
      noCapabilities: await outcome(context, less, signal),
      arbitraryUid: await outcome(context, { user: "12345:0" }, signal),
    };
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
