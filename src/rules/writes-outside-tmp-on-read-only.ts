import { stageState } from "../dockerfile/stages.ts";
import type { Dockerfile, PathUse } from "../model/types.ts";
import { isHandCommand, isStarted, namesFile } from "../project/command-files.ts";
import { commandsOf } from "./queries/commands.ts";
import { healthy, healthyDockerfile, healthyWith, project } from "./queries/example.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { canShip } from "./queries/shipped-files.ts";
import { at, reachableSteps, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

const writing = (path: string): string =>
  `import os\n\nfrom fastapi import FastAPI\n\nos.makedirs("${path}", exist_ok=True)\napp = FastAPI()\n\n\n@app.get("/health")\ndef health() -> dict[str, str]:\n    return {"status": "ok"}\n`;

export const writesOutsideTmpOnReadOnly: Rule = {
  id: "writes-outside-tmp-on-read-only",
  title: "The service writes next to its code",
  why: "On a read-only root file system, which ECS and Kubernetes offer and auditors ask for, the write fails; on a writable one the data is gone with the container. Four days after benchling-webhook's rework the first real export failed in this way, with every health check green.",
  source: "Traps T31, T32 (Djagon, RAGstar, linkding, benchling-webhook)",
  demand: "read-only-root",
  severity: "note",
  confidence: "needs-proof",
  advice:
    "Write to /tmp (a tmpfs), to a declared volume, or to a folder that the image makes and gives to its user, where a volume is mounted; make the path a setting.",
  aliases: ["RUN005"],
  since: "0.1.0",
  provenBy: ["read-only-root"],
  examples: {
    bad: [project({ Dockerfile: healthyDockerfile, "app/main.py": writing("uploads") })],
    good: [
      healthy,
      // Not copied into the image.
      project({ Dockerfile: healthyDockerfile, "evals/run.py": "open('results.json', 'w')\n" }),
      // Run by hand, and by the build.
      project({ Dockerfile: healthyDockerfile, "app/management/commands/dump.py": "open('dump.json', 'w')\n" }),
      project({
        Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nRUN python -m app.version freeze\n"]),
        "app/version.py": "open('app/frozen.py', 'w')\n",
      }),
      project({
        Dockerfile: healthyWith([
          "COPY app/ /app/app/\n",
          "COPY app/ version.py /app/app/\nRUN .venv/bin/python version.py\n",
        ]),
        "version.py": "open('frozen.py', 'w')\n",
        Procfile: "web: gunicorn --name the-version app.main:app\n",
      }),
      project({ Dockerfile: healthyDockerfile, "app/main.py": writing("/tmp/uploads") }),
      project({
        Dockerfile: healthyWith(["EXPOSE 8000", "VOLUME /app/uploads\nEXPOSE 8000"]),
        "app/main.py": writing("uploads"),
      }),
      project({
        Dockerfile: healthyWith(["EXPOSE 8000", "RUN install -d -o 1001 -g 1001 /app/uploads\nEXPOSE 8000"]),
        "app/main.py": writing("uploads"),
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    if (!stage) return;
    const { workdir } = situationAt(dockerfile, stage);
    const declared = stageState(dockerfile, stage).volumes.map(({ value }) => absolute(workdir, value));
    const volumes = [...declared, ...foldersGiven(dockerfile)];
    const told = new Set<string>();
    for (const use of service.writes) {
      const { path, when, evidence } = use;
      if (/[{}$<>*]/.test(path) || !canShip(input, evidence.file) || isByHand(use, input)) continue;
      const target = absolute(workdir, path);
      if (/^\/(tmp|dev|proc|run|var\/tmp)(\/|$)/.test(target)) continue;
      if (volumes.some((volume) => target === volume || target.startsWith(`${volume}/`))) continue;
      // One place of each file is enough to find the others.
      if (told.has(`${evidence.file} ${target}`)) continue;
      told.add(`${evidence.file} ${target}`);
      const moment = when === "unknown" ? "" : ` (at ${when})`;
      yield {
        message: `The code writes to ${target}${moment}, which is neither under /tmp nor a volume.`,
        where: evidence,
        related: [{ ...at(dockerfile, stage.from), message: "the shipped stage" }],
      };
    }
  },
};

/** In a script that the running service has nothing to do with: it is run by hand, by a test, or by the build itself. */
function isByHand({ evidence: { file } }: PathUse, { dockerfile, service }: RuleInput): boolean {
  if (isHandCommand(file, service)) return true;
  if (isStarted(file, service)) return false;
  return reachableSteps(dockerfile).some(
    ({ instruction }) =>
      instruction.keyword === "RUN" &&
      commandsOf(instruction).some(
        ({ program, argv }) => /^python[\d.]*$/.test(program) && argv.some((word) => namesFile(word, file)),
      ),
  );
}

/** Folders made one by one for an owner: `install -d -o 1001 /data`. A volume that is mounted there gets that owner. */
function foldersGiven(dockerfile: Dockerfile): readonly string[] {
  return shippedSteps(dockerfile).flatMap(({ stage, instruction }) => {
    if (instruction.keyword !== "RUN") return [];
    const { workdir } = situationAt(dockerfile, stage, instruction);
    return commandsOf(instruction).flatMap(({ program, argv }) =>
      program === "install" && argv.includes("-d") && argv.includes("-o")
        ? argv
            .slice(1)
            .filter((word) => word.includes("/"))
            .map((word) => absolute(workdir, word))
        : [],
    );
  });
}
