import type { Writes } from "../../probes/writes.ts";

/** A service that takes uploads: it needs `/tmp`, and keeps what comes in `/data`. */
export const exampleWrites: Writes = {
  blind: undefined,
  folders: [
    {
      path: "/tmp",
      mount: "tmpfs",
      by: ["/opt/venv/lib/python3.13/site-packages/starlette/formparsers.py:210"],
      examples: ["/tmp/tmp8k2x1"],
      phase: "use",
    },
    { path: "/data", mount: "volume", by: ["/app/app/store.py:31"], examples: ["/data/app.db"], phase: "start" },
  ],
  programs: [],
  minimal: ["/tmp", "/data"],
  problem: "",
  trials: [
    { given: [], works: false, problem: "The service never became healthy: …" },
    { given: ["/tmp", "/data"], works: true, problem: "" },
    { given: ["/data"], works: false, problem: "Answers become worse: POST /uploads (201 → 500)." },
    { given: ["/tmp"], works: false, problem: "The service never became healthy: …" },
  ],
  requests: 12,
  fargate: {
    place: "task-definition.json:8",
    paths: [
      { path: "/tmp", declared: true, mounted: true, owner: "0:0 1777" },
      { path: "/data", declared: true, mounted: true, owner: "1001:0 770" },
    ],
    works: true,
    problem: "",
  },
  log: [],
};

export const exampleNowhere: Writes = {
  ...exampleWrites,
  folders: [],
  minimal: [],
  trials: [{ given: [], works: true, problem: "" }],
  fargate: { place: "task-definition.json:8", paths: [], works: true, problem: "" },
};
