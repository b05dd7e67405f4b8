import { changed, healthy } from "./queries/example.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const duplicateStageName: Rule = {
  id: "duplicate-stage-name",
  title: "Two stages have the same name",
  why: "`COPY --from=builder`, `--target builder` and FROM then mean the later one without a word. A stage that was pasted twice ships what nobody reads.",
  source: "BuildKit's DuplicateStageName; hadolint DL3024",
  demand: "builds-from-a-clone",
  severity: "warning",
  confidence: "certain",
  advice: "Give each stage a name of its own.",
  aliases: ["DL3024", "DuplicateStageName", "CKV_DOCKER_11", "DS-0012", "DF042"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [changed(["FROM ghcr.io", "FROM scratch AS Builder\n\nFROM ghcr.io"])],
    good: [healthy],
  },
  *check({ dockerfile }) {
    for (const [index, stage] of dockerfile.stages.entries()) {
      const earlier = dockerfile.stages.slice(0, index).find(({ name }) => name !== undefined && name === stage.name);
      if (earlier === undefined) continue;
      yield {
        message: `The stage ${stage.name} has the name of the one in line ${earlier.from.line}.`,
        where: at(dockerfile, stage.from),
      };
    }
  },
};
