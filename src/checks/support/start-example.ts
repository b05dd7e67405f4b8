import type { StartUp } from "../../probes/start-up.ts";

export const exampleStart: StartUp = {
  healthy: true,
  path: "/health",
  problem: "",
  time: { value: 1000, unit: "ms", how: "", samples: [980, 1000, 1010, 990, 1020] },
  deviationMs: 10,
  interval: { low: 980, high: 1020 },
  noisy: false,
  droppedFirstMs: 1900,
  cpuMs: 700,
  crowd: 1,
  log: [],
};
