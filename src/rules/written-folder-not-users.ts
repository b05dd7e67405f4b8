import { isIn } from "../kit/paths.ts";
import { stageState } from "../dockerfile/stages.ts";
import { isHandCommand } from "../project/command-files.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { absolute, isRoot, situationAt } from "./queries/settings.ts";
import { canShip } from "./queries/shipped-files.ts";
import { at, flag, shippedStage, shippedSteps, type Step } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const writing = (path: string): Readonly<Record<string, string>> => ({
  "app/main.py": `import os\n\nfrom fastapi import FastAPI\n\nos.makedirs("${path}", exist_ok=True)\napp = FastAPI()\n\n\n@app.get("/health")\ndef health() -> dict[str, str]:\n    return {"status": "ok"}\n`,
});

export const writtenFolderNotUsers: Rule = {
  id: "written-folder-not-users",
  title: "The service writes to a folder that belongs to root",
  why: "WORKDIR, COPY and the folders they make on the way are root's with mode 0755, whatever USER says later. The first write of the service's user ends with `Permission denied`: at the start, or at the first upload.",
  source: "seen in waxum #59; BuildKit's copies, which make folders as root",
  demand: "read-only-root",
  severity: "warning",
  confidence: "likely",
  advice:
    "Make the folder for the user, and it alone: `RUN install -d -o 1001 -g 1001 /app/uploads` before USER; or write to /tmp or a volume.",
  aliases: ["copy-after-user-without-chown"],
  since: "0.1.0",
  provenBy: ["becomes-healthy", "volumes-writable"],
  examples: {
    bad: [{ ...healthy, ...writing("uploads") }],
    good: [
      healthy,
      { ...healthy, ...writing("/tmp/uploads") },
      // Run by hand.
      { ...healthy, "app/management/commands/dump.py": "open('dump.json', 'w')\n" },
      { ...changed(["USER 1001:1001\n", ""]), ...writing("uploads") },
      { ...changed(["EXPOSE 8000", "VOLUME /app/uploads\nEXPOSE 8000"]), ...writing("uploads") },
      {
        ...changed(["USER 1001:1001\n", "RUN install -d -o 1001 -g 1001 /app/uploads\nUSER 1001:1001\n"]),
        ...writing("uploads"),
      },
      { ...changed(["COPY app/", "COPY --chown=1001:1001 . /app/\nCOPY app/"]), ...writing("uploads") },
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    if (!stage || service.writes.length === 0) return;
    const { workdir, user } = situationAt(dockerfile, stage);
    if (user === undefined || isRoot(user) || user.includes("$") || shippedSteps(dockerfile).some(changesOwners))
      return;
    const given = stageState(dockerfile, stage).volumes.map(({ value }) => absolute(workdir, value));
    const told = new Set<string>();
    for (const { path, when, evidence } of service.writes) {
      const target = absolute(workdir, path);
      const isGiven = given.some((volume) => isIn(target, volume));
      if (isGiven || told.has(target) || !isOfApplication(path, target, workdir)) continue;
      if (isHandCommand(evidence.file, service) || !canShip(input, evidence.file)) continue;
      told.add(target);
      yield {
        message: `${target} is written to${when === "unknown" ? "" : ` (at ${when})`} as user ${user}, and everything in ${workdir} is root's.`,
        where: evidence,
        related: [{ ...at(dockerfile, stage.from), message: "the shipped stage" }],
      };
    }
  },
};

/** Only in the folder of the application it is known who owns what. */
const isOfApplication = (path: string, target: string, workdir: string): boolean =>
  !/[{}$<>*~]/.test(path) &&
  workdir !== "/" &&
  target.startsWith(`${workdir}/`) &&
  !/^\/(?:tmp|home|var\/tmp|dev)(?:\/|$)/.test(target);

/** Anything that gives files or folders to others than root: then it is not known here who owns what. */
function changesOwners({ instruction }: Step): boolean {
  if (flag(instruction, "chown") !== undefined || flag(instruction, "chmod") !== undefined) return true;
  if (instruction.keyword !== "RUN") return false;
  return commandsOf(instruction).some(
    ({ program, argv }) =>
      /^(?:chown|chmod|chgrp)$/.test(program) ||
      (program === "install" && argv.some((word) => /^(?:-o|--owner|-m|--mode)/.test(word))),
  );
}
