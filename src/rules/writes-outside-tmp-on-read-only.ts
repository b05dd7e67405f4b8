import { posix } from "node:path";
import { addTo } from "../kit/group.ts";
import { isIn } from "../kit/paths.ts";
import { stageState } from "../dockerfile/stages.ts";
import type { Dockerfile, PathUse } from "../model/types.ts";
import { isHandCommand, isStarted, namesFile } from "../project/command-files.ts";
import { type Command, commandsOf } from "./queries/commands.ts";
import { healthy, healthyDockerfile, healthyWith, project } from "./queries/example.ts";
import { absolute, isRoot, situationAt } from "./queries/settings.ts";
import { canShip } from "./queries/shipped-files.ts";
import { at, reachableSteps, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

const writing = (path: string): string =>
  `import os\n\nfrom fastapi import FastAPI\n\nos.makedirs("${path}", exist_ok=True)\napp = FastAPI()\n\n\n@app.get("/health")\ndef health() -> dict[str, str]:\n    return {"status": "ok"}\n`;

export const writesOutsideTmpOnReadOnly: Rule = {
  id: "writes-outside-tmp-on-read-only",
  title: "The service writes next to its code",
  why: "On a read-only root file system, which ECS and Kubernetes offer and auditors ask for, the write fails; on a writable one the data is gone with the container. Four days after benchling-webhook's rework the first real export failed in this way, with every health check green.",
  source: "seen in Djagon, RAGstar, linkding, benchling-webhook",
  demand: "read-only-root",
  severity: "note",
  confidence: "needs-proof",
  advice:
    "Write to /tmp (a tmpfs), to a declared volume, or to a folder that the image makes and gives to its user, where a volume is mounted; make the path a setting.",
  aliases: [],
  numbers: ["RUN005"],
  since: "0.1.0",
  provenBy: ["read-only-root"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, "app/main.py": writing("uploads") }),
      // The code, mounted to develop.
      project({
        Dockerfile: healthyDockerfile,
        "app/main.py": writing("uploads"),
        "compose.yaml": "services:\n  web:\n    build: .\n    volumes: [.:/app]\n",
      }),
      project({
        Dockerfile: healthyDockerfile,
        "app/main.py": writing("uploads"),
        "compose.yaml": "services:\n  web:\n    build: .\n    volumes: [./:/app]\n",
      }),
      // A volume for which the image has no folder: it belongs to root.
      project({
        Dockerfile: healthyDockerfile,
        "app/main.py": writing("uploads"),
        "compose.yaml": "services:\n  web:\n    build: .\n    volumes: [uploads:/app/uploads]\nvolumes:\n  uploads:\n",
      }),
    ],
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
      project({
        Dockerfile: healthyDockerfile,
        "app/main.py": writing("uploads"),
        "compose.yaml": "services:\n  web:\n    build: .\n    volumes: [./uploads:/app/uploads]\n",
      }),
      project({
        Dockerfile: healthyWith(["EXPOSE 8000", "RUN mkdir uploads && chown 1001 uploads\nEXPOSE 8000"]),
        "app/main.py": writing("uploads"),
        "compose.yaml": "services:\n  web:\n    build: .\n    volumes: [uploads:/app/uploads]\nvolumes:\n  uploads:\n",
      }),
      // Of a module that nothing starts.
      project({
        Dockerfile: healthyDockerfile,
        "app/main.py": `import app.tables\n${writing("/tmp/uploads")}`,
        "app/tables.py": "if __name__ == '__main__':\n    open('tables.json', 'w')\n",
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    if (!stage || service.writes.length === 0) return;
    const { workdir, user } = situationAt(dockerfile, stage);
    const declared = stageState(dockerfile, stage).volumes.map(({ value }) => absolute(workdir, value));
    const volumes = [...declared, ...foldersGiven(dockerfile), ...mountedByCompose(input, user)];
    const written = new Map<string, Written>();
    for (const use of service.writes) {
      const { path, evidence } = use;
      if (/[{}$<>*]/.test(path) || !canShip(input, evidence.file) || isByHand(use, input)) continue;
      const target = absolute(workdir, path);
      // One place of each file is enough to find the others.
      const key = `${evidence.file} ${target}`;
      if (/^\/(tmp|dev|proc|run|var\/tmp)(\/|$)/.test(target) || written.has(key)) continue;
      if (!volumes.some((volume) => isIn(target, volume))) written.set(key, { ...use, target });
    }
    for (const { target, when, evidence, others } of byFolder([...written.values()])) {
      const moment = when === "unknown" ? "" : ` (at ${when})`;
      yield {
        message: `The code writes to ${target}${moment}, which is neither under /tmp nor a volume.`,
        where: evidence,
        related: [
          { ...at(dockerfile, stage.from), message: "the shipped stage" },
          ...others.map((one) => ({ ...one.evidence, message: `writes to ${one.target}` })),
        ],
      };
    }
  },
};

interface Written extends PathUse {
  readonly target: string;
}

/** One finding for each folder: a volume that is mounted there serves what is written below it, too. */
function byFolder(written: readonly Written[]): ReadonlyArray<Written & { readonly others: readonly Written[] }> {
  const first = new Map<string, Written>();
  for (const one of written) if (!first.has(withoutSlash(one.target))) first.set(withoutSlash(one.target), one);
  const groups = new Map<string | undefined, Written[]>();
  for (const one of written) addTo(groups, highestOf(withoutSlash(one.target), first), one);
  return [...first].flatMap(([path, one]) => {
    const group = groups.get(path);
    return group === undefined ? [] : [{ ...one, others: group.filter((other) => other !== one) }];
  });
}

const withoutSlash = (path: string): string => path.replace(/(?<=.)\/$/, "");

/** The outermost of the targets that a path is or lies in. */
function highestOf(path: string, targets: ReadonlyMap<string, unknown>): string {
  let highest = path;
  for (let above = posix.dirname(path); above !== "/"; above = posix.dirname(above))
    if (targets.has(above)) highest = above;
  return targets.has("/") ? "/" : highest;
}

/**
 * Where Compose mounts a folder of the host that holds nothing of the repository, which would be the code, to develop; or a
 * volume. A new one takes over the owner of the image's folder: where the image makes none, it belongs to root.
 */
function mountedByCompose({ dockerfile, service }: RuleInput, user = "root"): readonly string[] {
  const { composeVolumes = [], composeMounts, files } = service;
  const bare = composeMounts.filter(({ builds, from }) => {
    const folder = posix.join(from, ".").replace(/\/$/, "");
    return builds === dockerfile.path && folder !== "." && !files.some((file) => isIn(file, folder));
  });
  const volumes = composeVolumes.map(({ path }) => path);
  // A folder that is made is among the words of the commands.
  const made = isRoot(user) ? volumes : pathsNamed(dockerfile, ({ argv }) => argv.slice(1));
  return [...volumes.filter((path) => made.includes(path)), ...bare.map(({ to }) => to)];
}

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
const foldersGiven = (dockerfile: Dockerfile): readonly string[] =>
  pathsNamed(dockerfile, ({ program, argv }) =>
    program === "install" && argv.includes("-d") && argv.includes("-o")
      ? argv.slice(1).filter((word) => word.includes("/"))
      : [],
  );

/** Words of the shipped image's commands, as paths. */
const pathsNamed = (dockerfile: Dockerfile, wordsOf: (command: Command) => readonly string[]): readonly string[] =>
  shippedSteps(dockerfile).flatMap(({ stage, instruction }) => {
    if (instruction.keyword !== "RUN") return [];
    const { workdir } = situationAt(dockerfile, stage, instruction);
    return commandsOf(instruction)
      .flatMap(wordsOf)
      .map((word) => absolute(workdir, word));
  });
