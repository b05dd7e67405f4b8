import type { Probe } from "./probe.ts";
import { type Drain, stopInFlight } from "./support/drain.ts";

export const drain: Probe<Drain> = {
  id: "drain",
  title: "Stop the image while a request is proven to be in flight",
  runs: "beside-others",
  waits: true,
  needsHealthy: true,
  version: 11,
  collect: (context) => stopInFlight(context),
};
