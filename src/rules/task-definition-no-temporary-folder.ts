import { stageState } from "../dockerfile/stages.ts";
import { healthyDockerfile, healthyWith, project } from "./queries/example.ts";
import { situationAt } from "./queries/settings.ts";
import { shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const exporting =
  'import tempfile\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/health")\ndef health() -> dict[str, str]:\n    return {"status": "ok"}\n\n\n@app.get("/export")\ndef export() -> str:\n    with tempfile.NamedTemporaryFile() as file:\n        return file.name\n';
const task = (more: object): string =>
  JSON.stringify({
    requiresCompatibilities: ["FARGATE"],
    containerDefinitions: [{ name: "web", readonlyRootFilesystem: true, ...more }],
  });
const exportsUnder = (more: object, dockerfile = healthyDockerfile) =>
  project({ Dockerfile: dockerfile, "app/main.py": exporting, "task-definition.json": task(more) });

export const taskDefinitionNoTemporaryFolder: Rule = {
  id: "task-definition-no-temporary-folder",
  title: "Under the task definition there is no folder for temporary files",
  why: "Fargate has no tmpfs: with a read-only root, `tempfile` finds nothing in /tmp, /var/tmp and the working directory. benchling-webhook started, stayed healthy, and failed four days later at its first real export.",
  source: "Incident of 2025-11-18 at benchling-webhook",
  demand: "read-only-root",
  severity: "error",
  confidence: "likely",
  advice:
    "Set TMPDIR in the task definition: to /dev/shm, or to a volume whose path the image declares with VOLUME, since it belongs to root otherwise.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["task-definition-runs"],
  examples: {
    bad: [exportsUnder({}), exportsUnder({ linuxParameters: { tmpfs: [{ containerPath: "/tmp" }] } })],
    good: [
      exportsUnder({ environment: [{ name: "TMPDIR", value: "/dev/shm" }] }),
      exportsUnder({ mountPoints: [{ sourceVolume: "tmp", containerPath: "/tmp" }] }),
      exportsUnder({ readonlyRootFilesystem: false }),
      exportsUnder({}, healthyWith(["EXPOSE 8000", "ENV TMPDIR=/dev/shm\nEXPOSE 8000"])),
      project({ Dockerfile: healthyDockerfile, "task-definition.json": task({}) }),
    ],
  },
  *check({ dockerfile, service }) {
    const stage = shippedStage(dockerfile);
    const use = service.writes.find(({ path }) => /^\/tmp(?:\/|$)/.test(path));
    if (stage === undefined || use === undefined) return;
    if (situationAt(dockerfile, stage).env.has("TMPDIR")) return;
    if (stageState(dockerfile, stage).volumes.some(({ value }) => value === "/tmp")) return;
    for (const one of service.taskDefinitions) {
      const given = [...one.mounts.map(({ path }) => path), ...(one.fargate ? [] : one.tmpfs)];
      const set = one.environment.some(({ name }) => name === "TMPDIR");
      if (!one.readOnlyRoot || set || given.includes("/tmp")) continue;
      const where = one.fargate && one.tmpfs.length > 0 ? ", and Fargate has no tmpfs" : "";
      yield {
        message: `\`${one.container}\` has a read-only root and no place for temporary files${where}; the code uses them.`,
        where: one.evidence,
        related: [{ ...use.evidence, message: "temporary files" }],
      };
    }
  },
};
