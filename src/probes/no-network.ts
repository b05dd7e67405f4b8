import type { Probe } from "./probe.ts";
import { loneliestLife, lonelyLife, type LonelyLife } from "./support/lonely-life.ts";
import { startPatience } from "./support/patience.ts";
import { within } from "./support/time.ts";

/** Whether the service becomes healthy when it can reach nobody. */
export interface NoNetwork extends LonelyLife {
  /** What it talks to otherwise, by name; none of it is reached here. */
  readonly sidecars?: readonly string[];
}

export const noNetwork: Probe<NoNetwork> = {
  id: "no-network",
  title: "Run the image with no network at all",
  runs: "beside-others",
  needsHealthy: true,
  version: 5,
  async collect(context) {
    const signal = within(context.signal, 2 * startPatience(context.contract) + 60_000, "The run without a network");
    const life = (await loneliestLife(context, signal)) ?? (await lonelyLife(context, {}, signal));
    return { ...life, sidecars: context.beside?.sidecars.map(({ name }) => name) ?? [] };
  },
};
