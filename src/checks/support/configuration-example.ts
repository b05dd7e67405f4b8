import type { Configuration } from "../../probes/configuration.ts";

export const exampleConfiguration: Configuration = {
  user: "1001:1001",
  entrypoint: [],
  command: ["uvicorn", "app.main:app"],
  stopSignal: undefined,
  healthcheck: true,
  exposed: ["8000/tcp"],
  volumes: [],
  labels: { "org.opencontainers.image.title": "demo", "org.opencontainers.image.revision": "4be1f2c" },
  secrets: [],
};
