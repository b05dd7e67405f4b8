import { changed, healthy } from "./queries/example.ts";
import { append } from "./queries/fixes.ts";
import { copiedBy, sourcesOfCopy } from "./queries/context.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, flag, reachable, type Step, stepsOf } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

export const copyDestinationNotFolder: Rule = {
  id: "copy-destination-not-folder",
  title: "Several files are copied to one name",
  why: "Without a slash at its end the destination is a file: BuildKit writes each source over the one before and says nothing. The image holds the last file under a wrong name; only the classic builder refused it.",
  source: "moby/buildkit #1853; hadolint DL3021",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "certain",
  advice: "End the destination with a slash.",
  aliases: ["DL3021", "DS-0011", "DF048"],
  since: "0.1.0",
  fixes: "adds the slash.",
  provenBy: ["builds"],
  examples: {
    bad: [changed(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY pyproject.toml uv.lock /app/meta\n"])],
    good: [
      healthy,
      changed(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY pyproject.toml uv.lock /app/meta/\n"]),
      changed(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY pyproject.toml uv.lock /app\n"]),
      changed(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY pyproject.toml uv.lock .\n"]),
      changed([
        "COPY app/ /app/app/\n",
        "RUN mkdir -p /srv/meta\nCOPY app/ /app/app/\nCOPY pyproject.toml uv.lock /srv/meta\n",
      ]),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    for (const stage of reachable(dockerfile))
      for (const instruction of stage.instructions) {
        if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") continue;
        const written = instruction.words.at(-1) ?? "";
        const several = sourcesOfCopy(instruction).length > 1;
        if (!several || /(?:^|\/)\.{0,2}$|\$/.test(written) || flag(instruction, "parents") !== undefined) continue;
        if (isFolder(input, { stage, instruction }, written)) continue;
        yield {
          message: `${instruction.keyword} writes each of ${sourcesOfCopy(instruction).join(", ")} to the one file ${written}.`,
          where: at(dockerfile, instruction),
          ...(instruction.form === "shell" ? append(dockerfile, instruction, /\S(?=\s*$)/, "/") : {}),
        };
      }
  },
};

/** A folder by then: a source is one, something was put into it, or a command before names it. */
function isFolder(input: RuleInput, step: Step, written: string): boolean {
  const { dockerfile } = input;
  const { workdir } = situationAt(dockerfile, step.stage, step.instruction);
  const target = absolute(workdir, written);
  const known = /^\/(?:etc|opt|root|srv|tmp|usr|var|home|bin|usr\/local|usr\/local\/bin|usr\/bin|usr\/share)?$/;
  if (target === absolute("/", workdir) || known.test(target)) return true;
  // A folder among the sources makes one of the destination, and what comes from elsewhere is not known.
  if (flag(step.instruction, "from") !== undefined) return true;
  if (copiedBy(input, step).files.some(({ destination }) => destination.startsWith(`${target}/`))) return true;
  return stepsOf(dockerfile, step.stage).some(({ instruction, stage }) => {
    if (instruction.line >= step.instruction.line && stage === step.stage) return false;
    if (instruction.keyword === "RUN") return instruction.args.includes(written);
    return /^(?:COPY|ADD|WORKDIR|VOLUME)$/.test(instruction.keyword) && instruction.args.includes(target);
  });
}
