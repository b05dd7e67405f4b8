import type { UnderTask } from "../../probes/task-definition.ts";

const visits = [
  { path: "/health", status: 200 },
  { path: "/items", status: 200 },
];

export const exampleUnderTask: UnderTask = {
  task: { file: "task-definition.json", line: 8, container: "web" },
  later: [],
  rules: "read-only root, no tmpfs, the image's user",
  port: 8000,
  missing: [],
  healthy: true,
  problem: "",
  usual: visits,
  visits,
  complaints: [],
  temporary: { folder: "/dev/shm" },
  health: { command: ["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"], healthyMs: 1200 },
  stopTimeoutSeconds: 30,
  stop: { signal: "SIGTERM", milliseconds: 400, exit: { code: 0, oomKilled: false, finishedAt: 0 }, busy: false },
  log: [],
};

export const noTask: UnderTask = { ...exampleUnderTask, task: undefined };
