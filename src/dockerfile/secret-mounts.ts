import type { Dockerfile, Instruction } from "../model/types.ts";
import { reachableStages } from "./stages.ts";

/** One `RUN --mount=type=secret,…` of a stage that is built. */
export interface SecretMount {
  readonly id: string;
  /** What is written after `--mount=`. */
  readonly written: string;
  /** Where the build finds it as a file; undefined where it is only a variable. */
  readonly path: string | undefined;
  readonly variable: string | undefined;
  /** The build fails without it. */
  readonly required: boolean;
  readonly instruction: Instruction;
}

/** Every secret that the build of the shipped stage mounts, in order. */
export const secretMounts = (dockerfile: Dockerfile): readonly SecretMount[] =>
  stepsThatMount(dockerfile, "secret").flatMap(({ instruction, written }) =>
    written.flatMap((one) => mountOf(one, instruction) ?? []),
  );

/** The steps of the stages that are built with mounts of a type, and what is written after each `--mount=`. */
export function stepsThatMount(
  dockerfile: Dockerfile,
  type: "secret" | "ssh",
): ReadonlyArray<{ readonly instruction: Instruction; readonly written: readonly string[] }> {
  const isOfType = new RegExp(`(?:^|,)type=${type}(?:,|$)`);
  return reachableStages(dockerfile)
    .flatMap(({ instructions }) => instructions)
    .map((instruction) => ({
      instruction,
      written: instruction.flags
        .filter(({ name, value }) => name === "mount" && isOfType.test(value))
        .map(({ value }) => value),
    }))
    .filter(({ written }) => written.length > 0);
}

function mountOf(written: string, instruction: Instruction): SecretMount | undefined {
  const fields = new Map(
    written.split(",").map((field): readonly [string, string] => {
      const [name = "", value = "true"] = field.split(/=(.*)/s);
      return [name.toLowerCase(), value];
    }),
  );
  const target = fields.get("target") ?? fields.get("dst") ?? fields.get("destination");
  const id = fields.get("id") ?? fields.get("source") ?? fields.get("src") ?? target?.split("/").at(-1);
  if (id === undefined || id === "") return undefined;
  const variable = fields.get("env");
  return {
    id,
    written,
    path: target ?? (variable === undefined ? `/run/secrets/${id}` : undefined),
    variable,
    required: fields.get("required") === "true",
    instruction,
  };
}
