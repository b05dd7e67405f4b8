import { fromProject } from "../project/project-folder.ts";
import type { Dockerfile } from "../model/types.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { absolute, isRoot, situationAt } from "./queries/settings.ts";
import { at, flag, shippedStage, shippedSteps, type Step } from "./queries/steps.ts";
import { venvCopies } from "./queries/venv.ts";
import type { Rule } from "./rule.ts";

export const appFilesWritableByRuntimeUser: Rule = {
  id: "app-files-writable-by-runtime-user",
  title: "The service can overwrite its own code",
  why: "A flaw that lets an attacker write a file then lets him change the program that runs next. Files of root, readable for all, are enough to run a service.",
  source: "sonar S6504",
  demand: "without-root",
  severity: "note",
  confidence: "certain",
  advice: "Leave `--chown` away for code and environment; give the user only the folders it has to write.",
  aliases: ["S6504"],
  numbers: ["SEC007"],
  since: "0.1.0",
  provenBy: ["code-not-writable", "read-only-root"],
  examples: {
    bad: [
      changed(["COPY app/ /app/app/", "COPY --chown=1001:1001 app/ /app/app/"]),
      changed(["--from=builder /app/.venv", "--from=builder --chown=1001:1001 /app/.venv"]),
      changed(["COPY app/ /app/app/", "RUN chown 1001:1001 /app\nCOPY app/ /app/app/"]),
      changed(["COPY app/ /app/app/", "COPY app/ ./app/\nRUN install -d -o 1001 /app"]),
    ],
    good: [
      healthy,
      changed(["COPY app/ /app/app/", "RUN mkdir /app/data && chown 1001:1001 /app/data\nCOPY app/ /app/app/"]),
      changed(["COPY app/ /app/app/", "RUN chown 1002 /app\nCOPY app/ /app/app/"]),
      changed(["COPY app/ /app/app/", "COPY --chown=0:0 app/ /app/app/"]),
      changed(["COPY app/ /app/app/", "COPY --chown=1001:1001 --chmod=0555 app/ /app/app/"]),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    const user = stage && situationAt(dockerfile, stage).user?.split(":")[0];
    if (user === undefined || isRoot(user)) return;
    const folder = service.projectFolder;
    const packages = new Set(service.packaging.importPackages.map((name) => fromProject(folder, name).split("/")[0]));
    const venvs = new Set(venvCopies(input).map(({ step }) => step.instruction));
    const isCode = (word: string) => {
      const path = word.replace(/^\.?\/|\/+$/g, "");
      const all = /\.?venv\/?$|^\.\/?$/.test(word) || path === folder;
      return all || packages.has(fromProject(folder, path).split("/")[0] ?? "");
    };
    const own = shippedSteps(dockerfile).flatMap((step) => foldersGiven(dockerfile, step, user));
    for (const step of shippedSteps(dockerfile)) {
      const { instruction } = step;
      if (instruction.keyword !== "COPY") continue;
      const sources = instruction.words.slice(0, -1);
      if (!venvs.has(instruction) && !sources.some(isCode)) continue;
      const message = problemOf(dockerfile, step, { user, own });
      if (message !== undefined)
        yield { message: `${sources.join(" ")} ${message}`, where: at(dockerfile, instruction) };
    }
  },
};

function problemOf(
  dockerfile: Dockerfile,
  { stage, instruction }: Step,
  { user, own }: { readonly user: string; readonly own: readonly string[] },
): string | undefined {
  const owner = flag(instruction, "chown")?.split(":")[0] ?? "0";
  const mode = flag(instruction, "chmod");
  if (owner === user && (mode === undefined || /^[0-7]?[2367]/.test(mode)))
    return `belongs to ${owner}, the user that the service runs as.`;
  if (!isRoot(owner)) return undefined;
  const target = absolute(situationAt(dockerfile, stage, instruction).workdir, instruction.words.at(-1) ?? "");
  // A copied folder gives its own rights to the one it is copied to, so only the folders above are surely the user's.
  const folder = own.find((path) => target.startsWith(`${path}/`));
  return (
    folder &&
    `is root's, in ${folder}, which belongs to ${user}, the user that the service runs as: it can put other files there.`
  );
}

/** The folders that a step gives to the user itself, what is in them or not. */
function foldersGiven(dockerfile: Dockerfile, { stage, instruction }: Step, user: string): readonly string[] {
  if (instruction.keyword !== "RUN") return [];
  const { workdir } = situationAt(dockerfile, stage, instruction);
  return commandsOf(instruction).flatMap(({ program, argv, dynamic }) => {
    if (dynamic === true) return [];
    const words = argv.slice(1).filter((word) => !word.startsWith("-"));
    if (program === "chown" && words[0]?.split(":")[0] === user)
      return words.slice(1).map((path) => absolute(workdir, path));
    const owner = argv.findIndex((word) => /^(?:-o|--owner)$/.test(word)) + 1;
    if (program === "install" && argv.includes("-d") && owner > 0 && argv[owner] === user)
      return argv.filter((word) => word.startsWith("/")).map((path) => absolute(workdir, path));
    return [];
  });
}
