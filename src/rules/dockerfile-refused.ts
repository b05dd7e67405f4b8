import { mountRefusal } from "../dockerfile/flag-values.ts";
import { changed, healthy, project } from "./queries/example.ts";
import { at, lineAt, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const dockerfileRefused: Rule = {
  id: "dockerfile-refused",
  title: "BuildKit refuses the Dockerfile",
  why: "The build stops at this line.",
  source: "BuildKit's parser; the conformance tests compare with its own data",
  severity: "error",
  confidence: "certain",
  advice: "Correct the line.",
  aliases: [
    "DF001",
    "DF002",
    "invalid_line",
    "invalid_command",
    "from_first",
    "parse-error",
    "unknown-instruction",
    "DF037",
    "DF071",
    "required_params",
    "extra_args",
    "missing_args",
    "healthcheck_options_missing_args",
    "require-stages",
  ],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      changed(["EXPOSE 8000", "EXPSE 8000"]),
      project({ Dockerfile: "# nothing yet\n" }),
      changed(["--interval=30s", "--interval=30"]),
      changed(["type=cache,target=/root/.cache/uv", "type=cached,target=/root/.cache/uv"]),
    ],
    good: [
      healthy,
      changed([
        "type=cache,target=/root/.cache/uv",
        "type=cache,target=/root/.cache/uv,sharing=locked,uid=0,mode=0755",
      ]),
    ],
  },
  *check({ dockerfile }) {
    for (const { message, range } of dockerfile.problems)
      yield {
        message: sentence(message),
        where: { file: dockerfile.path, line: lineAt(dockerfile.text, range.start), range },
      };
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "RUN") continue;
      for (const { name, value, range } of instruction.flags) {
        const refusal = name === "mount" ? mountRefusal(value) : undefined;
        if (refusal !== undefined) yield { message: sentence(refusal), where: at(dockerfile, instruction, range) };
      }
    }
  },
};

const sentence = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
