import { lineAt } from "../kit/lines.ts";
import { chmodRefusal, mountRefusal, signalRefusal } from "../dockerfile/flag-values.ts";
import type { Instruction, Range } from "../model/types.ts";
import { changed, healthy, project } from "./queries/example.ts";
import { at, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const dockerfileRefused: Rule = {
  id: "dockerfile-refused",
  title: "BuildKit refuses the Dockerfile",
  why: "The build stops at this line.",
  source: "BuildKit's parser; the conformance tests compare with its own data",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "certain",
  advice: "Correct the line.",
  aliases: [
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
      changed(["COPY app/", "COPY --chmod=0855 app/"]),
      changed(["EXPOSE 8000", "STOPSIGNAL SIGTREM\nEXPOSE 8000"]),
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
    for (const { instruction } of reachableSteps(dockerfile))
      for (const { refusal, range } of lateRefusals(instruction))
        yield { message: sentence(refusal), where: at(dockerfile, instruction, range) };
  },
};

const sentence = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;

const JUDGES: Readonly<Record<string, (value: string) => string | undefined>> = {
  "RUN mount": mountRefusal,
  "COPY chmod": chmodRefusal,
  "ADD chmod": chmodRefusal,
};

interface Refusal {
  readonly refusal: string;
  readonly range?: Range;
}

/** What BuildKit sees only when it comes to the instruction, and so in no stage that it does not build. */
function lateRefusals({ keyword, flags, words }: Instruction): readonly Refusal[] {
  const signal = keyword === "STOPSIGNAL" ? signalRefusal(words.join(" ")) : undefined;
  if (signal !== undefined) return [{ refusal: signal }];
  return flags.flatMap(({ name, value, range }) => {
    const judge = JUDGES[`${keyword} ${name}`];
    const refusal = judge?.(value);
    return refusal === undefined ? [] : [{ refusal, range }];
  });
}
