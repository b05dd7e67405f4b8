import { isIn } from "../kit/paths.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { sourcesOfCopy } from "./queries/context.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, flag, shippedSteps } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";
import type { Step } from "./queries/steps.ts";

export const copyChangesFolderRights: Rule = {
  id: "copy-changes-folder-rights",
  title: "A copy takes /tmp away from everybody but root",
  why: "`COPY --link` makes the folders on the way anew, as root's with mode 0755, and a copied folder gives its own mode to the one it is copied to. /tmp is then no longer open to all: the service's user gets `Permission denied`, apt cannot check its lists, and Python finds no usable temporary directory.",
  source: "seen in HHS; moby/buildkit #3602",
  demand: "read-only-root",
  severity: "error",
  confidence: "likely",
  advice: "Copy to a folder of your own, such as /opt; where it has to be /tmp, end with `RUN chmod 1777 /tmp`.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY --link pyproject.toml /tmp/pyproject.toml\n"]),
      changed(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY app/ /tmp/\n"]),
    ],
    good: [
      healthy,
      changed(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY pyproject.toml /tmp/pyproject.toml\n"]),
      changed(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY app/ /tmp/app/\n"]),
      changed([
        "COPY app/ /app/app/\n",
        "COPY app/ /app/app/\nCOPY --link pyproject.toml /tmp/pyproject.toml\nRUN rm /tmp/pyproject.toml && chmod 1777 /tmp\n",
      ]),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    if (!dockerfile.text.includes("tmp")) return;
    const steps = shippedSteps(dockerfile);
    for (const [index, step] of steps.entries()) {
      const folder = temporaryFolder(input, step);
      if (folder === undefined || steps.slice(index).some((later) => opens(later, folder))) continue;
      const linked = flag(step.instruction, "link") !== undefined;
      yield {
        message: linked
          ? `${step.instruction.keyword} --link makes ${folder} anew, for root alone to write to.`
          : `${folder} gets the mode of the folder that is copied to it.`,
        where: at(dockerfile, step.instruction),
      };
    }
  },
};

/** The folder for temporary files that a copy changes. */
function temporaryFolder({ dockerfile, service }: RuleInput, { stage, instruction }: Step): string | undefined {
  if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") return undefined;
  const written = instruction.words.at(-1) ?? "";
  const target = absolute(situationAt(dockerfile, stage, instruction).workdir, written);
  const folder = ["/tmp", "/var/tmp"].find((one) => isIn(target, one));
  if (folder === undefined) return undefined;
  const link = flag(instruction, "link");
  if (link !== undefined) return link.toLowerCase() === "false" ? undefined : folder;
  if (target !== folder || flag(instruction, "from") !== undefined) return undefined;
  const isFolder = (source: string): boolean => {
    const path = absolute("/", source).slice(1);
    return path === "" || service.files.some((file) => file.startsWith(`${path}/`));
  };
  return sourcesOfCopy(instruction).some(isFolder) ? folder : undefined;
}

const opens = ({ instruction }: Step, folder: string): boolean =>
  instruction.keyword === "RUN" &&
  commandsOf(instruction).some(({ program, argv }) => program === "chmod" && argv.includes(folder));
