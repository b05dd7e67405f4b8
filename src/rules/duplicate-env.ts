import { edited, type Mended } from "./queries/fixes.ts";
import type { Dockerfile, Instruction, Stage } from "../model/types.ts";
import { changed, healthy } from "./queries/example.ts";
import { type Setting, settingsOf } from "./queries/settings.ts";
import { at, find, reachable, wholeLines } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const duplicateEnv: Rule = {
  id: "duplicate-env",
  title: "A variable is set twice in one stage without being used in between",
  why: "Only the last value counts. Whoever edits the first one changes nothing and wonders why.",
  source: "Docker's reference, ENV",
  demand: "configured-from-outside",
  severity: "note",
  confidence: "certain",
  advice: "Keep one of them.",
  aliases: ["duplicate-or-dead-env"],
  numbers: ["LYR012"],
  since: "0.1.0",
  fixes: "removes the earlier ENV, where it sets nothing else and nothing between reads it.",
  provenBy: [],
  examples: {
    bad: [
      changed(["EXPOSE 8000", "ENV PYTHONUNBUFFERED=1\nEXPOSE 8000"]),
      changed(["EXPOSE 8000", "ENV LOG_LEVEL=debug\nENV LOG_LEVEL=info\nEXPOSE 8000"]),
    ],
    good: [
      healthy,
      changed(["EXPOSE 8000", 'ENV PATH="/opt/tools/bin:$PATH"\nEXPOSE 8000']),
      changed([
        "WORKDIR /app\nCOPY --from=builder",
        "ENV MODE=build\nRUN echo $MODE\nENV MODE=run\nWORKDIR /app\nCOPY --from=builder",
      ]),
    ],
  },
  *check({ dockerfile }) {
    for (const { name, value, instruction, earlier } of reachable(dockerfile).flatMap(settingsTwice)) {
      if (value?.includes(name)) continue;
      yield {
        message: `${name} was already set in line ${earlier.line}.`,
        where: at(dockerfile, instruction, find(dockerfile, instruction, name)),
        related: [{ ...at(dockerfile, earlier), message: "set first here" }],
        ...withoutEarlier(dockerfile, name, earlier, instruction),
      };
    }
  },
};

function withoutEarlier(dockerfile: Dockerfile, name: string, earlier: Instruction, later: Instruction): Mended {
  const between = dockerfile.text.slice(earlier.range.end, later.range.end);
  const isRead = new RegExp(String.raw`\$\{?${name}`).test(between);
  if (earlier === later || settingsOf(earlier).length > 1 || isRead) return {};
  const lines = wholeLines(dockerfile, earlier);
  return edited(`Remove the earlier ${name}`, { file: dockerfile.path, ...lines, text: "" });
}

/** Settings of a stage that follow another one of the same name with no step between them that may have used it. */
function settingsTwice(stage: Stage): ReadonlyArray<Setting & { readonly earlier: Instruction }> {
  const seen = new Map<string, Instruction>();
  return stage.instructions.flatMap((instruction) => {
    if (instruction.keyword === "RUN") seen.clear();
    const settings = instruction.keyword === "ENV" ? settingsOf(instruction) : [];
    return settings.flatMap((setting) => {
      const earlier = seen.get(setting.name);
      seen.set(setting.name, instruction);
      return earlier ? [{ ...setting, earlier }] : [];
    });
  });
}
