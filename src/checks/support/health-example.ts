import type { HealthCommand } from "../../probes/health-command.ts";

export const exampleHealth: HealthCommand = {
  declared: true,
  command: ["CMD", "python", "-c", "..."],
  becameHealthy: true,
  healthyMs: 900,
  noticed: true,
  noticedMs: 6100,
  noticedErrors: true,
  log: [],
};
