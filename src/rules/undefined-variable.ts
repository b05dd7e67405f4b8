import { expandWord } from "../dockerfile/expand.ts";
import { escapeOf, stageState } from "../dockerfile/stage-state.ts";
import type { Dockerfile, Instruction } from "../model/types.ts";
import { baseOf } from "./queries/base.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { rootImage, settingsOf } from "./queries/settings.ts";
import { at, find, reachableSteps, type Step } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const undefinedVariable: Rule = {
  id: "undefined-variable",
  title: "A variable is used that has no value there",
  why: "Nothing stands in its place: `PYTHONPATH=/app:$PYTHONPATH` ends in a colon, which means the working directory, and `COPY $DIR /app` copies the whole context. An ARG before the first FROM is for FROM lines alone until the stage names it again.",
  source: "BuildKit's UndefinedVar; Docker's reference, ARG",
  demand: "todays-syntax",
  severity: "warning",
  confidence: "likely",
  advice: "Declare it in the stage with ARG or ENV, correct its name, or give a default: `${NAME:-value}`.",
  aliases: ["undefined-var", "UndefinedVar", "DL3044", "DF062", "DF087"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      changed(["EXPOSE 8000", "ENV PYTHONPATH=/app:$PYTHONPATH\nEXPOSE 8000"]),
      changed(["FROM ghcr", "ARG RELEASE=1\nFROM ghcr"], ["EXPOSE 8000", "LABEL release=$RELEASE\nEXPOSE 8000"]),
      changed(
        ["FROM ghcr", "ARG RELEASE=1\nFROM ghcr"],
        ["EXPOSE 8000", 'RUN echo "$RELEASE" > /app/release\nEXPOSE 8000'],
      ),
    ],
    good: [
      healthy,
      changed(["EXPOSE 8000", "ARG RELEASE\nENV RELEASE=$RELEASE\nLABEL python=$PYTHON_VERSION\nEXPOSE 8000"]),
      changed(["EXPOSE 8000", "ENV PYTHONPATH=/app${PYTHONPATH:+:$PYTHONPATH}\nEXPOSE 8000"]),
      changed(
        ["FROM ghcr", "ARG RELEASE=1\nFROM ghcr"],
        ["EXPOSE 8000", "ARG RELEASE\nLABEL release=$RELEASE\nRUN echo $RELEASE\nEXPOSE 8000"],
      ),
    ],
  },
  *check({ dockerfile }) {
    const globals = new Set(dockerfile.globalArgs.flatMap(settingsOf).map(({ name }) => name));
    for (const { stage, instruction } of reachableSteps(dockerfile))
      for (const name of emptyIn(dockerfile, { stage, instruction }, globals)) {
        const global = globals.has(name);
        yield {
          message: global
            ? `$${name} is empty here: its ARG stands before the first FROM, and this stage does not name it again.`
            : `$${name} is empty here: nothing in this stage sets it.`,
          confidence: global ? "certain" : "likely",
          where: at(dockerfile, instruction, find(dockerfile, instruction, name)),
        };
      }
  },
};

function emptyIn(dockerfile: Dockerfile, step: Step, globals: ReadonlySet<string>): readonly string[] {
  const { stage, instruction } = step;
  const used = usedIn(dockerfile, instruction);
  if (used.length === 0) return [];
  const brought = ofBase(rootImage(dockerfile, stage));
  // Of another base nobody here knows what it sets; in a RUN the shell may know what we do not.
  const known = (name: string): boolean => brought === undefined || brought.has(name) || instruction.keyword === "RUN";
  const unknown = [...new Set(used)].filter((name) => globals.has(name) || !known(name));
  if (unknown.length === 0) return [];
  const { env, args } = stageState(dockerfile, stage, { before: instruction });
  return unknown.filter((name) => !env.has(name) && !args.has(name));
}

const READS = new Set(["ADD", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"]);
const PROXIES = /^(?:https?|ftp|no|all)_proxy$/i;

/** Variables for which nothing stands in: of the words BuildKit expands, or of a RUN's script. */
function usedIn(dockerfile: Dockerfile, instruction: Instruction): readonly string[] {
  if (!instruction.args.includes("$") && !instruction.flags.some(({ value }) => value.includes("$"))) return [];
  if (instruction.keyword === "RUN") return usedByShell(instruction);
  if (!READS.has(instruction.keyword)) return [];
  const options = { escape: escapeOf(dockerfile.directives) };
  const words = [...instruction.words, ...instruction.flags.map(({ value }) => value)];
  return words
    .filter((word) => word.includes("$"))
    .flatMap((word) => expandWord(word, new Map(), options).unknown.filter((name) => !isGuarded(word, name)))
    .filter((name) => /^[A-Za-z_]/.test(name) && !PROXIES.test(name));
}

/** `${NAME:+…}` and `${NAME:-…}` say what stands there without a value. */
const isGuarded = (word: string, name: string): boolean => new RegExp(String.raw`\$\{${name}:?[-+?]`).test(word);

function usedByShell(instruction: Instruction): readonly string[] {
  if (instruction.form === "exec") return [];
  const found = instruction.args.matchAll(/(?<!\\)\$\{?([A-Za-z_]\w*)(?!\w*:?[-+?=])/g);
  const used = [...new Set(Array.from(found, (match) => match[1] ?? ""))];
  const commands = commandsOf(instruction);
  const set = new Set(
    commands.flatMap(({ env, argv }) => [...Object.keys(env), ...argv.map((word) => word.split("=", 1)[0])]),
  );
  const named = (name: string): boolean =>
    set.has(name) || new RegExp(String.raw`'[^']*\$\{?${name}\b`).test(instruction.args);
  return used.filter((name) => !named(name));
}

const EVERYWHERE = ["PATH", "HOSTNAME", "HOME", "TERM"];

/** What an image sets that everybody starts from; undefined for one we do not know. */
function ofBase(image: string): ReadonlySet<string> | undefined {
  const { name, unresolved } = baseOf(image);
  if (unresolved) return undefined;
  if (name === "python")
    return new Set([
      ...EVERYWHERE,
      "LANG",
      "GPG_KEY",
      "PYTHON_VERSION",
      "PYTHON_SHA256",
      "PYTHON_PIP_VERSION",
      "PYTHON_SETUPTOOLS_VERSION",
      "PYTHON_GET_PIP_URL",
      "PYTHON_GET_PIP_SHA256",
    ]);
  return /^(?:debian|ubuntu|alpine|amazonlinux|scratch)$/.test(name) ? new Set(EVERYWHERE) : undefined;
}
