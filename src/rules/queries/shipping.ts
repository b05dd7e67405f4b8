import type { Stage } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import type { Install } from "./installs.ts";
import { once } from "../../kit/once.ts";
import { flag, lineage, shippedStage, shippedSteps, stageNamed } from "./steps.ts";
import { venvCopies } from "./venv.ts";

/** Where environments and installed packages lie; files of the project may lie in the last ones, too. */
const PACKAGES =
  /venv|virtualenv|(?:site|dist)-packages|\.local\b|^\/usr\/local\b|^\/opt\b|^\/(?:install|python)\/?$|^\/(?:app|code|src)?\/?$/;

/** Stages whose installed packages are shipped. */
export interface ShippingStages {
  /** The shipped one and those it stands on. */
  readonly own: ReadonlySet<Stage>;
  /** Those that packages are copied from, and what they stand on. */
  readonly copied: ReadonlySet<Stage>;
}

export const shippingStages: (input: RuleInput) => ShippingStages = once((input) => {
  const { dockerfile } = input;
  const shipped = shippedStage(dockerfile);
  const sources = shippedSteps(dockerfile).flatMap(({ instruction, stage }) => {
    const name = instruction.keyword === "COPY" ? flag(instruction, "from") : undefined;
    const source = name === undefined ? undefined : stageNamed(dockerfile, name, stage.index);
    const isPackages = (word: string): boolean => PACKAGES.test(word) || isTarget(source, word);
    return source && instruction.words.slice(0, -1).some(isPackages) ? [source] : [];
  });
  const all = [...sources, ...venvCopies(input).map(({ source }) => source)];
  return {
    own: new Set(shipped === undefined ? [] : lineage(dockerfile, shipped)),
    copied: new Set(all.flatMap((stage) => lineage(dockerfile, stage))),
  };
});

/** `pip install --target=/parts`: a folder of its own. */
function isTarget(stage: Stage | undefined, path: string): boolean {
  const plain = path.replace(/\/$/, "").replaceAll(/[^\w/]/g, ".");
  const given = new RegExp(String.raw`\s(?:-t|--target|--prefix|--root)[= ]["']?${plain}/?["']?(?:\s|$)`);
  return stage?.instructions.some(({ keyword, args }) => keyword === "RUN" && given.test(args)) === true;
}

export function isShipped(input: RuleInput, { step: { stage } }: Install): boolean {
  const { own, copied } = shippingStages(input);
  return own.has(stage) || copied.has(stage);
}
