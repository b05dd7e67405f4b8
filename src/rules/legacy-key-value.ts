import { settingsOf } from "./queries/settings.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const legacyKeyValue: Rule = {
  id: "legacy-key-value",
  title: "ENV or LABEL in the old form without `=`",
  why: "Everything up to the end of the line is the value, so a second variable on the line silently becomes part of the first.",
  source: "BuildKit's LegacyKeyValueFormat",
  demand: "todays-syntax",
  severity: "note",
  confidence: "certain",
  advice: "Write `ENV NAME=value`.",
  aliases: ["LegacyKeyValueFormat", "DL3061", "DF082"],
  since: "0.1.0",
  fixes: "writes the `=`.",
  provenBy: [],
  examples: { bad: [changed(["EXPOSE 8000", "ENV LOG_LEVEL info\nEXPOSE 8000"])], good: [healthy] },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (!["ENV", "LABEL"].includes(instruction.keyword) || (instruction.words[0] ?? "=").includes("=")) continue;
      const [setting] = settingsOf(instruction);
      if (!setting) continue;
      const value = /[\s"'\\]/.test(setting.value ?? "") ? JSON.stringify(setting.value) : (setting.value ?? "");
      const text = `${instruction.keyword} ${setting.name}=${value}`;
      yield {
        message: `\`${instruction.keyword} ${setting.name}\` has no \`=\`.`,
        where: at(dockerfile, instruction),
        fix: { title: "Write =", edits: [{ file: dockerfile.path, ...instruction.range, text }] },
      };
    }
  },
};
