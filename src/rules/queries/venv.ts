import type { RuleInput } from "../rule.ts";
import { type ManagerVenv, managerVenvs } from "./manager-venv.ts";
import { once, onceFor } from "../../kit/once.ts";
import type { Stage } from "../../model/types.ts";
import { runCommands, syncsIn } from "./uv.ts";
import { absolute, situationAt } from "./settings.ts";
import { flag, lineage, shippedStage, shippedSteps, stageNamed, type Step, stepsOf } from "./steps.ts";

/** A virtual environment and the stage that makes it. */
export interface Venv extends Partial<Pick<ManagerVenv, "named" | "bare">> {
  readonly path: string;
  readonly step: Step;
}

/** Environments that a stage or its ancestors make: by uv sync, uv venv, python -m venv, virtualenv, or poetry, pdm and pipenv unasked. */
export function venvsMadeIn(input: RuleInput, stage: Stage): readonly Venv[] {
  const { dockerfile } = input;
  const stages = lineage(dockerfile, stage);
  const synced = syncsIn(dockerfile, stages).flatMap(({ step, venv, env, command }) => {
    if (command.argv.includes("--active") || env.get("UV_SYSTEM_PYTHON") !== undefined) return [];
    const { workdir } = situationAt(dockerfile, step.stage, step.instruction);
    const path = venv ?? ".venv";
    return path.includes("$") ? [] : [{ path: absolute(workdir, path), step }];
  });
  const made = stages.flatMap((one) =>
    runCommands(one).flatMap(({ step, command }) => {
      const words = command.argv;
      const index = /^python[\d.]*$/.test(command.program) ? words.indexOf("venv") : words.indexOf("venv", 1);
      const isVenv =
        (/^python[\d.]*$/.test(command.program) && words[index - 1] === "-m") ||
        (command.program === "uv" && words[1] === "venv");
      if (!isVenv && command.program !== "virtualenv") return [];
      const path =
        words.slice(isVenv ? index + 1 : 1).find((word) => !word.startsWith("-") && !/^\d|^python/.test(word)) ??
        (command.program === "uv" ? ".venv" : undefined);
      if (path === undefined || path.includes("$")) return [];
      return [{ path: absolute(situationAt(dockerfile, step.stage, step.instruction).workdir, path), step }];
    }),
  );
  // A manager takes the one that lies in the project already.
  const isThere = made.some(({ path }) => path.endsWith("/.venv"));
  const byManagers = managerVenvs(input).filter(
    ({ step, named }) => stages.includes(step.stage) && !(named && isThere),
  );
  return [...synced, ...made, ...unique(byManagers)];
}

/** An environment copied into the shipped image from another stage, also by way of a third. */
export interface VenvCopy extends Pick<Venv, "named" | "bare"> {
  readonly step: Step;
  readonly source: Stage;
  readonly from: string;
  readonly to: string;
}

export const venvCopies: (input: RuleInput) => readonly VenvCopy[] = once((input) =>
  copiesIn(input, shippedSteps(input.dockerfile)),
);

/** An environment that a stage has, made in it or copied to it, and where and by which stage it was made. */
interface Held extends Pick<Venv, "path" | "named" | "bare"> {
  readonly madeAt: string;
  readonly maker: Stage;
}

const heldBy = onceFor((input: RuleInput, stage: Stage): readonly Held[] =>
  // `uv venv`, and `uv sync` into it, make one.
  unique([
    ...venvsMadeIn(input, stage).map((venv) => ({ ...kindOf(venv), path: venv.path, madeAt: venv.path, maker: stage })),
    ...copiesIn(input, stepsOf(input.dockerfile, stage)).map((copy) => ({
      ...kindOf(copy),
      path: copy.to,
      madeAt: copy.from,
      maker: copy.source,
    })),
  ]),
);

function copiesIn(input: RuleInput, steps: readonly Step[]): readonly VenvCopy[] {
  const { dockerfile } = input;
  return steps.flatMap((step) => {
    const { instruction, stage } = step;
    const name = instruction.keyword === "COPY" ? flag(instruction, "from") : undefined;
    const source = name === undefined ? undefined : stageNamed(dockerfile, name, stage.index);
    if (!source) return [];
    const { workdir } = situationAt(dockerfile, stage, instruction);
    const written = instruction.words.at(-1) ?? "";
    const sources = instruction.words.slice(0, -1);
    return heldBy(input, source).flatMap(({ path, madeAt, maker, ...venv }) => {
      const kind = kindOf(venv);
      for (const word of sources) {
        const from = absolute("/", word);
        const target = absolute(workdir, written);
        // The environment itself, by the name that the manager made up.
        if (kind.named === true && from.startsWith(`${path}/`))
          return [{ ...kind, named: false, step, source: maker, from, to: target }];
        if (path !== from && !(path.startsWith(`${from}/`) || from === "/")) continue;
        const to = absolute("/", target + path.slice(from === "/" ? 0 : from.length));
        return [{ ...kind, step, source: maker, from: madeAt, to }];
      }
      return [];
    });
  });
}

const kindOf = ({ named, bare }: Pick<Venv, "named" | "bare">): Pick<Venv, "named" | "bare"> => ({
  ...(named === undefined ? {} : { named }),
  ...(bare === undefined ? {} : { bare }),
});

/** Environments in the shipped image, by their path there. */
export function shippedVenvs(input: RuleInput): readonly Venv[] {
  const { dockerfile } = input;
  const shipped = shippedStage(dockerfile);
  if (!shipped) return [];
  const copied = venvCopies(input).map((copy) => ({ ...kindOf(copy), path: copy.to, step: copy.step }));
  return unique([...venvsMadeIn(input, shipped), ...copied]);
}

const unique = <T extends { readonly path: string }>(venvs: readonly T[]): readonly T[] =>
  venvs.filter((venv, index) => venvs.findIndex(({ path }) => path === venv.path) === index);
