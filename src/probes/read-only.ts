import { noStrictReadOnly } from "./support/no-strict-read-only.ts";
import type { Probe } from "./probe.ts";
import { whyUnhealthy } from "./support/health.ts";
import type { LoggedLine } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import type { Visit } from "./support/routes.ts";
import { readOnlyRoot, strictLife, usedLife } from "./support/strict-life.ts";
import { within } from "./support/time.ts";
import { worseAgain } from "./support/visits.ts";
import { writableRun } from "./support/writable-run.ts";

/** The same requests on a writable and on a strictly read-only root. */
export interface ReadOnly {
  readonly healthy: boolean;
  readonly problem: string;
  readonly writablePaths: readonly string[];
  readonly writable: readonly Visit[];
  readonly readOnly: readonly Visit[];
  /** What was answered worse when it was asked a second time, in words. */
  readonly worseAgain?: readonly string[];
  /** Lines of the read-only run that tell of a write that failed, by what they say, when the writable run said nothing alike. */
  readonly complaints: readonly string[];
  readonly log: readonly LoggedLine[];
}

export const readOnly: Probe<ReadOnly> = {
  id: "read-only",
  title: "Run the image with a strictly read-only root and make the same requests as on a writable one",
  runs: "beside-others",
  needsHealthy: true,
  version: 8,
  async collect(context) {
    if (context.engine.strictReadOnly === false) throw noStrictReadOnly(context.engine);
    const limitMs = startPatience(context.contract);
    const signal = within(context.signal, 4 * limitMs + 60_000, "The read-only run");
    const usual = await writableRun(context, signal);
    const life = (await strictLife(context, signal)) ?? (await usedLife(context, readOnlyRoot(context), signal));
    const { health, visits, requests, complaints, log } = life;
    return {
      healthy: health.healthy,
      problem: whyUnhealthy(health, log),
      writablePaths: context.contract.writablePaths,
      writable: [...usual.visits, ...usual.requests],
      readOnly: [...visits, ...requests],
      worseAgain: worseAgain(usual, life),
      complaints,
      log,
    };
  },
};
