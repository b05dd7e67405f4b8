import type { Dockerfile, Instruction } from "../model/types.ts";
import { changed, healthy, startLine } from "./queries/example.ts";
import { edited, type Mended } from "./queries/fixes.ts";
import { at, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const invalidJsonArray: Rule = {
  id: "invalid-json-array",
  title: "A command that looks like a JSON array and is none",
  why: "With single quotes, a comma too many or a missing quote it is no JSON, and the whole text goes to the shell, brackets included: the container ends with `[uvicorn,: not found`. The build is green.",
  source: "Docker's reference, exec form; tally invalid-json-form",
  demand: "starts-directly",
  severity: "error",
  confidence: "certain",
  advice: "Write double quotes around each word and a comma between them, none after the last.",
  aliases: ["invalid-json-form", "invalid_format"],
  since: "0.1.0",
  fixes: "writes double quotes, where nothing else is wrong.",
  provenBy: ["becomes-healthy", "exec-form"],
  examples: {
    bad: [
      changed([startLine, "CMD ['uvicorn', 'app.main:app', '--host', '0.0.0.0', '--port', '8000']\n"]),
      changed([startLine, startLine.replace("]", ",]")]),
      changed([startLine, `ENTRYPOINT ["uvicorn" "app.main:app"]\n`]),
    ],
    good: [
      healthy,
      changed(["EXPOSE 8000", 'RUN [ "$(id -u)" = "0" ]\nEXPOSE 8000']),
      changed(["EXPOSE 8000", "RUN [ -d /app ] || [ -d '/srv' ]\nEXPOSE 8000"]),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      const inner = instruction.inner ?? instruction;
      if (!isMeantAsArray(inner)) continue;
      yield {
        message: `\`${inner.keyword} ${inner.args}\` is no JSON array: the shell gets it as it stands.`,
        where: at(dockerfile, instruction),
        ...withDoubleQuotes(dockerfile, inner),
      };
    }
  },
};

/** In RUN, `[ "$X" = "y" ]` is a test: what it is asked for has blanks inside its brackets. */
function isMeantAsArray({ keyword, form, args }: Instruction): boolean {
  if (form !== "shell" || !/^\[[^]*\]$/.test(args)) return false;
  if (/^(?:CMD|ENTRYPOINT|SHELL|VOLUME)$/.test(keyword)) return /^\[\s*["'\u201c\u2018]/.test(args);
  return keyword === "RUN" && /^\[["'\u201c\u2018]/.test(args);
}

function withDoubleQuotes({ text, path }: Dockerfile, { args, range }: Instruction): Mended {
  const better = args.replaceAll("'", '"').replace(/,\s*\]$/, "]");
  const start = text.slice(range.start, range.end).indexOf(args);
  if (args.includes('"') && args.includes("'")) return {};
  if (start < 0 || !isArrayOfTexts(better)) return {};
  const place = { file: path, start: range.start + start, end: range.start + start + args.length };
  return edited(`Write ${better}`, { ...place, text: better });
}

function isArrayOfTexts(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === "string");
  } catch {
    return false;
  }
}
