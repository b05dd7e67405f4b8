import type { Roles } from "../../probes/roles.ts";
import type { RoleLife, RoleSeen } from "../../probes/support/role.ts";
import type { SidecarSeen } from "../../probes/support/sidecar.ts";

export const exampleSidecar: SidecarSeen = {
  name: "db",
  where: "compose.yaml:12",
  image: "postgres:17",
  milliseconds: 2400,
  by: "its healthcheck",
  problem: "",
  log: [],
};

export const exampleLife: RoleLife = {
  asContract: true,
  problem: "",
  milliseconds: 1900,
  exit: { code: 0, oomKilled: false, finishedAt: 0 },
  uids: [],
  stop: undefined,
  graceSeconds: 10,
  log: [],
};

export const exampleTask: RoleSeen = {
  name: "migrate",
  kind: "task",
  where: "compose.yaml:20",
  certain: true,
  command: "alembic upgrade head",
  program: { name: "alembic", path: "/app/.venv/bin/alembic" },
  notRun: undefined,
  life: exampleLife,
};

export const exampleWorker: RoleSeen = {
  ...exampleTask,
  name: "worker",
  kind: "worker",
  command: "celery -A app worker",
  program: { name: "celery", path: "/app/.venv/bin/celery" },
  life: {
    ...exampleLife,
    exit: undefined,
    uids: [1001],
    stop: { signal: "SIGTERM", milliseconds: 300, exit: { code: 0, oomKilled: false, finishedAt: 0 }, busy: false },
  },
};

export const exampleRoles: Roles = {
  sidecars: [exampleSidecar],
  notStarted: [],
  leftOut: [],
  roles: [exampleTask, exampleWorker],
};

export const nothingBeside: Roles = { sidecars: [], notStarted: [], leftOut: [], roles: [] };
