import type { Probe } from "./probe.ts";
import { type Drain, stopInFlight } from "./support/drain.ts";

/** The engine's own small init is process 1, so the kernel no longer shields the service from signals without a handler. */
export const drainUnderInit: Probe<Drain> = {
  id: "drain-under-init",
  title: "Stop the image under an init while a request is proven to be in flight",
  runs: "beside-others",
  reworkedOnly: true,
  waits: true,
  needsHealthy: true,
  version: 8,
  collect: (context) => stopInFlight(context, { init: true }),
};
