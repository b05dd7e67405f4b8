import type { Configuration } from "../../probes/configuration.ts";

export const exampleConfiguration: Configuration = {
  user: "1001:1001",
  entrypoint: [],
  command: ["uvicorn", "app.main:app"],
  stopSignal: undefined,
  healthcheck: true,
  secrets: [],
};
