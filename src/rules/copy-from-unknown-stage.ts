import { sourcesOf } from "../dockerfile/stages.ts";
import type { Dockerfile, Stage } from "../model/types.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { at, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const copyFromUnknownStage: Rule = {
  id: "copy-from-unknown-stage",
  title: "A stage needs itself, or one that there is not",
  why: "A stage that takes from itself, or from one that takes from it, can never begin: `circular dependency detected`. A number beyond the last stage is no stage, and FROM with the name of a later stage asks a registry for an image of that name.",
  source: "BuildKit's dispatcher; hadolint DL3022, DL3023",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "certain",
  advice: "Name an earlier stage; give stages names, because a number changes with the next stage.",
  aliases: ["DL3022", "DL3023", "DS-0006", "DF049", "DF050", "circular-stage-deps"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      changed(["COPY --from=uv /uv", "COPY --from=builder /uv"]),
      changed(["COPY --from=builder", "COPY --from=7"]),
      changed(
        ["FROM ghcr", `FROM runtime AS early\n\nFROM ghcr`],
        [`FROM ${slim}\n`, `FROM ${slim} AS runtime\n`],
        ["COPY --from=uv /uv", "COPY --from=early /uv"],
      ),
    ],
    good: [healthy, changed(["COPY --from=uv /uv", "COPY --from=0 /uv"])],
  },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile)) {
      const later = stage.parent === undefined ? nameLater(dockerfile, stage) : undefined;
      if (later !== undefined)
        yield {
          message: `\`FROM ${stage.base}\` names the stage of line ${later.from.line}, which comes later: an image of that name is pulled.`,
          where: at(dockerfile, stage.from),
        };
      for (const source of sourcesOf(dockerfile, stage)) {
        const number = /^\d+$/.test(source.name) && source.instruction.keyword === "COPY";
        const missing = number && source.stage === undefined;
        const circular = source.stage !== undefined && needs(dockerfile, source.stage, stage);
        if (!missing && !circular) continue;
        yield {
          message: missing
            ? `There is no stage ${source.name}: the file has ${dockerfile.stages.length}, counted from 0.`
            : `This stage takes from ${source.name}, which cannot be made without this one.`,
          where: at(dockerfile, source.instruction),
        };
      }
    }
  },
};

const nameLater = ({ stages }: Dockerfile, { index, resolvedBase }: Stage): Stage | undefined =>
  /[:/@]/.test(resolvedBase)
    ? undefined
    : stages.find((one) => one.index > index && one.name === resolvedBase.toLowerCase());

/** Whether a stage is, or is made from, another one. */
function needs(dockerfile: Dockerfile, stage: Stage, wanted: Stage): boolean {
  const seen = new Set<Stage>();
  const open: Array<Stage | undefined> = [stage];
  while (open.length > 0) {
    const next = open.pop();
    if (next === wanted) return true;
    if (next === undefined || seen.has(next)) continue;
    seen.add(next);
    open.push(next.parent === undefined ? undefined : dockerfile.stages[next.parent]);
    open.push(...sourcesOf(dockerfile, next).map((source) => source.stage));
  }
  return false;
}
