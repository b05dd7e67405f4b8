import type { Probe } from "./probe.ts";
import { becomesHealthy } from "./support/health.ts";
import { startPatience } from "./support/patience.ts";
import { startService } from "./support/service.ts";
import { stay, STAYS_MS, type StaysUp } from "./support/stay.ts";
import { within } from "./support/time.ts";

/** The ordinary run is such a life; where it was not made in this proof, it gets one of its own. */
export const staysUp: Probe<StaysUp> = {
  id: "stays-up",
  title: "Leave the healthy image alone for 10 s, and ask it again",
  runs: "beside-others",
  waits: true,
  needsHealthy: true,
  version: 2,
  async collect(context) {
    if (context.shared.stayed !== undefined) return await context.shared.stayed;
    const { contract } = context;
    const limitMs = 2 * startPatience(contract) + STAYS_MS + 60_000;
    const signal = within(context.signal, limitMs, "Seeing whether it stays up");
    await using container = await startService(context);
    await becomesHealthy(container, contract, signal);
    return await stay(container, contract, performance.now(), signal);
  },
};
