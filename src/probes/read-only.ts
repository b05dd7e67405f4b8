import type { Probe } from "./probe.ts";
import { firstHealthy, whyUnhealthy } from "./support/health.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import { sendRequests } from "./support/requests.ts";
import { visit, type Visit } from "./support/routes.ts";
import { startService } from "./support/service.ts";
import { within } from "./support/time.ts";
import { complaints, writableRun } from "./support/writable-run.ts";

/** The same requests on a writable and on a strictly read-only root. */
export interface ReadOnly {
  readonly healthy: boolean;
  readonly problem: string;
  readonly writablePaths: readonly string[];
  readonly writable: readonly Visit[];
  readonly readOnly: readonly Visit[];
  /** Lines of the read-only run that tell of a write that failed, by what they say, when the writable run said nothing alike. */
  readonly complaints: readonly string[];
  readonly log: readonly LoggedLine[];
}

export const readOnly: Probe<ReadOnly> = {
  id: "read-only",
  title: "Run the image with a strictly read-only root and make the same requests as on a writable one",
  runs: "beside-others",
  version: 5,
  async collect(context) {
    if (context.engine.strictReadOnly === false)
      throw new Error(
        `${context.engine.name} mounts writable folders of its own under a read-only root here, so a pass would prove nothing.`,
      );
    const { contract } = context;
    const limitMs = startPatience(contract);
    const signal = within(context.signal, 2 * limitMs + 60_000, "The read-only run");
    const usual = await writableRun(context, signal);
    // Over a folder of the image a tmpfs would take over its mode, and belong to root: then only root could write there.
    const tmpfs = contract.writablePaths.map((path) => `${path}:mode=1777`);
    await using container = await startService(context, { readOnly: true, tmpfs });
    const health = await firstHealthy(container, contract, { limitMs, signal });
    const visits = health.healthy ? await visit(container, contract, usual.paths, signal) : [];
    const requests = health.healthy ? await sendRequests(container, contract, signal) : [];
    const lines = await container.logs();
    const log = logTail(lines);
    return {
      healthy: health.healthy,
      problem: whyUnhealthy(health, log),
      writablePaths: contract.writablePaths,
      writable: [...usual.visits, ...usual.requests],
      readOnly: [...visits, ...requests],
      complaints: complaints(lines, usual),
      log,
    };
  },
};
