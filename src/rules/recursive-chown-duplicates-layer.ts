import { expandWord } from "../dockerfile/expand.ts";
import { stageState } from "../dockerfile/stage-state.ts";
import type { Dockerfile } from "../model/types.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, find, shippedStage, shippedSteps, type Step } from "./queries/steps.ts";
import { venvsMadeIn } from "./queries/venv.ts";
import type { Rule } from "./rule.ts";

export const recursiveChownDuplicatesLayer: Rule = {
  id: "recursive-chown-duplicates-layer",
  title: "`chown -R` stores the files a second time",
  why: "A layer holds whole files: changing the owner of a file that an earlier layer brought writes it again. `chown -R` of /app doubles the environment, often hundreds of megabytes. 12 of 55 images did it.",
  source: "seen in RAGstar, benchling-webhook",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice:
    "Use `COPY --chown=1001:1001`, or better leave the files to root: a service that cannot write its own code is safer.",
  aliases: [],
  numbers: ["LYR008"],
  since: "0.1.0",
  provenBy: ["size"],
  examples: {
    bad: [
      changed(["USER 1001:1001\n", "RUN chown -R app:app /app\nUSER 1001:1001\n"]),
      changed(["USER 1001:1001\n", "RUN mkdir -p /app/data && chown --recursive 1001 .\nUSER 1001:1001\n"]),
    ],
    good: [
      healthy,
      changed(["USER 1001:1001\n", "ENV DATA=/data\nRUN mkdir -p $DATA && chown -R app:app ${DATA}\nUSER 1001:1001\n"]),
      changed(["USER 1001:1001\n", "RUN chown --from root:root --recursive app:app /srv\nUSER 1001:1001\n"]),
      changed(["USER 1001:1001\n", "RUN mkdir -p /data && chown -R app:app /data\nUSER 1001:1001\n"]),
      changed(["COPY app/ /app/app/", "COPY --chown=1001:1001 app/ /app/app/"]),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const filled: string[] = [];
    const shipped = shippedStage(dockerfile);
    const venvs = shipped ? venvsMadeIn(input, shipped) : [];
    for (const { stage, instruction } of shippedSteps(dockerfile)) {
      const { workdir } = situationAt(dockerfile, stage, instruction);
      const expanded = expansionAt(dockerfile, { stage, instruction });
      if (instruction.keyword === "COPY" || instruction.keyword === "ADD")
        filled.push(absolute(workdir, expanded(instruction.words.at(-1) ?? "")));
      if (instruction.keyword !== "RUN") continue;
      const told: string[] = [];
      for (const { argv, text } of commandsOf(instruction)) {
        if (argv[0] !== "chown" || !argv.some((word) => /^-\w*R|^--recursive$/.test(word))) continue;
        const targets = argv
          .slice(1)
          .filter(
            (word, index, words) => !word.startsWith("-") && !/^--(?:from|reference)$/.test(words[index - 1] ?? ""),
          )
          .slice(1)
          .map((word) => absolute(workdir, expanded(word)));
        const doubled = targets.find((target) =>
          filled.some(
            (path) =>
              path === target || path.startsWith(`${target}/`) || (target.startsWith(`${path}/`) && path !== "/"),
          ),
        );
        const plain = doubled?.replace(/\/\*+$/, "");
        // One RUN makes one layer, whichever of its commands writes a file again.
        if (doubled === undefined || plain === undefined || told.some((path) => isWithin(path, plain))) continue;
        told.push(plain);
        yield {
          message: `\`${text}\` writes everything under ${doubled} into another layer.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, text)),
        };
      }
      filled.push(...venvs.filter(({ step }) => step.instruction === instruction).map(({ path }) => path));
    }
  },
};

/** `$APP_HOME` as ENV and ARG set it; what nothing sets stays as it is written. */
function expansionAt(dockerfile: Dockerfile, { stage, instruction }: Step): (word: string) => string {
  const { env, args } = stageState(dockerfile, stage, { before: instruction });
  const known = { get: (name: string) => env.get(name)?.value ?? args.get(name)?.value };
  return (word) => (word.includes("$") ? expandWord(word, known, { unset: "keep" }).value : word);
}

const isWithin = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
