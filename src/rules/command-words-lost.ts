import { stageState } from "../dockerfile/stages.ts";
import type { Instruction } from "../model/types.ts";
import { changed, healthy, startLine } from "./queries/example.ts";
import { nameOf } from "./queries/start.ts";
import { at, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const started = (entrypoint: string) => changed([startLine, `ENTRYPOINT ${entrypoint}\n${startLine}`]);

export const commandWordsLost: Rule = {
  id: "command-words-lost",
  title: "The words of CMD reach nobody",
  why: "An ENTRYPOINT in shell form, or one that ends with `sh -c` and a script, is given the words of CMD as arguments of the shell, which passes them on to nothing. Whoever starts the image with other words (`docker run image worker`, `command:` in Compose) gets the same process as before.",
  source: "Docker's reference: how CMD and ENTRYPOINT interact",
  demand: "starts-directly",
  severity: "warning",
  confidence: "certain",
  advice:
    'Write ENTRYPOINT as a JSON array without a shell, `ENTRYPOINT ["/entrypoint.sh"]`, with a script that ends with `exec "$@"`; or leave CMD out.',
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [started("exec /entrypoint.sh"), started('["sh", "-c", "exec /entrypoint.sh"]')],
    good: [
      healthy,
      started('["sh", "-c", "exec \\"$0\\" \\"$@\\""]'),
      started('["tini", "--"]'),
      changed([startLine, `ENTRYPOINT exec ${JSON.parse(startLine.slice(4)).join(" ")}\n`]),
    ],
  },
  *check({ dockerfile }) {
    const stage = shippedStage(dockerfile);
    const { entrypoint, command } = stage === undefined ? {} : stageState(dockerfile, stage);
    if (entrypoint === undefined || command === undefined) return;
    const script = scriptOf(entrypoint.instruction);
    if (script === undefined || /\$(?:\{?[@*\d]|#)/.test(script)) return;
    yield {
      message: `ENTRYPOINT hands the words of this CMD to a shell, and its script takes none.`,
      where: at(dockerfile, command.instruction),
      related: [{ ...at(dockerfile, entrypoint.instruction), message: "the shell" }],
    };
  },
};

/** What a shell is given as its whole script, with which words that follow become its arguments. */
function scriptOf({ form, words, args }: Instruction): string | undefined {
  if (form === "shell") return args;
  const [program = "", option = "", script] = words;
  return /^(?:ba|da|a)?sh$/.test(nameOf(program)) && /^-\w*c$/.test(option) && words.length === 3 ? script : undefined;
}
