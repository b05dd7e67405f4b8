import { changed, healthy } from "./queries/example.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, find, mountOptions, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const relativeMountTarget: Rule = {
  id: "relative-mount-target",
  title: "A mount's target is relative",
  why: "BuildKit takes it from the working directory, Podman and Buildah refuse it, and a new WORKDIR moves it silently: a cache mount then caches nothing.",
  source: "measured with Podman",
  demand: "builds-from-a-clone",
  severity: "note",
  confidence: "certain",
  advice: "Write the absolute path.",
  aliases: [],
  since: "0.1.0",
  fixes: "writes the path from the root.",
  provenBy: [],
  examples: { bad: [changed(["target=/app/uv.lock", "target=uv.lock"])], good: [healthy] },
  *check({ dockerfile }) {
    for (const { stage, instruction } of reachableSteps(dockerfile)) {
      for (const { name, value } of instruction.flags) {
        const { target } = name === "mount" ? mountOptions(value) : {};
        if (target === undefined || /^[/$~]/.test(target)) continue;
        const where = at(dockerfile, instruction, find(dockerfile, instruction, `target=${target}`));
        const path = absolute(situationAt(dockerfile, stage, instruction).workdir, target);
        const exact = where.range && dockerfile.text.slice(where.range.start, where.range.end) === `target=${target}`;
        yield {
          message: `The mount's target ${target} is relative; here it means ${path}.`,
          where,
          ...(exact && where.range
            ? {
                fix: {
                  title: `Write ${path}`,
                  edits: [{ file: dockerfile.path, ...where.range, text: `target=${path}` }],
                },
              }
            : {}),
        };
      }
    }
  },
};
