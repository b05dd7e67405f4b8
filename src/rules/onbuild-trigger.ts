import { changed, healthy, slim } from "./queries/example.ts";
import { at, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const onbuildTrigger: Rule = {
  id: "onbuild-trigger",
  title: "ONBUILD does nothing in this image",
  why: "The instruction waits for another image that is built on this one. In the image of a service it is never run, and whoever reads the file takes it for a step of the build.",
  source: "Docker's reference, ONBUILD; hadolint DL3043",
  demand: "todays-syntax",
  severity: "note",
  confidence: "certain",
  advice: "Write the instruction without ONBUILD, or remove it.",
  aliases: ["DL3043", "DF068", "invalid-onbuild-trigger"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [changed(["EXPOSE 8000", "ONBUILD COPY app/ /app/app/\nEXPOSE 8000"])],
    good: [
      healthy,
      changed(
        ["WORKDIR /app\nENV UV", "WORKDIR /app\nONBUILD RUN mkdir -p /app/data\nENV UV"],
        ["COPY --from=builder", "COPY --from=made"],
        [`FROM ${slim}\n`, `FROM builder AS made\n\nFROM ${slim}\n`],
      ),
    ],
  },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile)) {
      // In a stage that another one is built on, it is run there.
      if (dockerfile.stages.some(({ parent }) => parent === stage.index)) continue;
      for (const instruction of stage.instructions)
        if (instruction.keyword === "ONBUILD")
          yield { message: `\`ONBUILD ${instruction.args}\` is not run here.`, where: at(dockerfile, instruction) };
    }
  },
};
