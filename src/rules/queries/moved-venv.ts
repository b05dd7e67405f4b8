import type { Finding } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { type Base, baseOf } from "./base.ts";
import { rootImage } from "./settings.ts";
import { at } from "./steps.ts";
import { venvCopies } from "./venv.ts";

/** An environment that is made on one base image and runs on another, or the same. */
export interface MovedVenv {
  readonly built: Base;
  readonly runs: Base;
  /** The copy, and the stage that makes what is copied. */
  readonly place: Required<Pick<Finding, "where" | "related">>;
}

export const movedVenvs = (input: RuleInput): readonly MovedVenv[] => {
  const { dockerfile } = input;
  return venvCopies(input).map(({ step, source }) => ({
    built: baseOf(rootImage(dockerfile, source)),
    runs: baseOf(rootImage(dockerfile, step.stage)),
    place: {
      where: at(dockerfile, step.instruction),
      related: [{ ...at(dockerfile, source.from), message: "the stage that makes the environment" }],
    },
  }));
};
