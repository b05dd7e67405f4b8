import type { Side } from "../model/types.ts";
import { startUp } from "../probes/start-up.ts";
import type { Run } from "./run-directory.ts";
import { evidenceOf } from "./verify.ts";

/** What was timed besides what the checks judge. */
export async function timedFigures(run: Run, label: Side["label"]): Promise<Side["figures"]> {
  const seen = await evidenceOf(run, label, startUp);
  const stop = seen?.status === "seen" ? seen.value.stop : undefined;
  return stop === undefined ? {} : { stopIdle: stop };
}
