import { changed, healthy, slim } from "./queries/example.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const reservedStageName: Rule = {
  id: "reserved-stage-name",
  title: "A stage has a name that means something else",
  why: "`FROM scratch` is the empty image and `context` is what is built from: a stage of that name is not what a later line gets, or hides what it should get.",
  source: "BuildKit's ReservedStageName",
  demand: "todays-syntax",
  severity: "warning",
  confidence: "certain",
  advice: "Give the stage another name.",
  aliases: ["ReservedStageName", "DL3063", "DF084"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [changed([`FROM ${slim} AS builder`, `FROM ${slim} AS context`], ["--from=builder", "--from=context"])],
    good: [healthy],
  },
  *check({ dockerfile }) {
    for (const stage of dockerfile.stages)
      if (stage.name === "scratch" || stage.name === "context")
        yield { message: `A stage cannot well be named ${stage.name}.`, where: at(dockerfile, stage.from) };
  },
};
