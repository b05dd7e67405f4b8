import type { OpenConnections } from "../../probes/open-connections.ts";
import type { StopWithHostage } from "../../probes/support/open-life.ts";

export const endedInTime: StopWithHostage = {
  signal: "SIGTERM",
  milliseconds: 400,
  exit: { code: 0, oomKilled: false, finishedAt: 0 },
  busy: false,
  held: true,
};

export const stillThere: StopWithHostage = { ...endedInTime, milliseconds: 30_000, exit: undefined };

export const exampleOpen: OpenConnections = {
  stops: { idle: endedInTime, "keep-alive": endedInTime, stream: endedInTime },
  stream: "/events",
  routesAsked: 7,
  graceSeconds: 30,
  log: [],
};
