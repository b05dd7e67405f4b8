import { once } from "../kit/once.ts";
import type { Dockerfile, Instruction, Stage } from "../model/types.ts";
import { flagValue, mountFields } from "./arguments.ts";

export { lineOf, stageState } from "./stage-state.ts";
export type { SetBy, StageState } from "./stage-state.ts";

/** The stage that is built: the last one, or the one that `target`, else the Dockerfile's own target, names or numbers. */
export function shippedStage(dockerfile: Dockerfile, target = dockerfile.target): Stage | undefined {
  if (target === undefined || target === "") return dockerfile.stages.at(-1);
  return findStage(dockerfile, target);
}

/** Whether a build that names this stage, or none, makes the image that ships. */
export function makesShipped(dockerfile: Dockerfile, target: string | undefined): boolean {
  const built = shippedStage({ ...dockerfile, target: undefined }, target);
  return built !== undefined && built === shippedStage(dockerfile);
}

/** Whether a stage can be asked for by this name or number. */
export const hasStage = (dockerfile: Dockerfile, nameOrNumber: string): boolean =>
  findStage(dockerfile, nameOrNumber) !== undefined;

/** A stage by its name (the last of that name) or its number. */
function findStage(dockerfile: Dockerfile, nameOrNumber: string): Stage | undefined {
  const name = nameOrNumber.toLowerCase();
  const byName = lastNamed(dockerfile.stages).get(name);
  return byName ?? (/^\d+$/.test(name) ? dockerfile.stages[Number(name)] : undefined);
}

/** The last stage of each name. */
const lastNamed = once((stages: readonly Stage[]) => new Map(stages.map((stage) => [stage.name, stage])));

/** What a stage takes files from: another stage of the file, or an image or named context outside it. */
export interface Source {
  readonly instruction: Instruction;
  /** As written after `from=`. */
  readonly name: string;
  readonly stage: Stage | undefined;
}

/** Every `COPY --from=` and `RUN --mount=…,from=` of a stage, also those that wait in ONBUILD. */
export function sourcesOf(dockerfile: Dockerfile, stage: Stage): readonly Source[] {
  return stage.instructions.flatMap((instruction) =>
    sourceNames(
      instruction.inner !== undefined && instruction.keyword === "ONBUILD" ? instruction.inner : instruction,
    ).map(({ name, byNumber }) => ({
      instruction,
      name,
      stage: byNumber || !/^\d+$/.test(name) ? findStage(dockerfile, name) : undefined,
    })),
  );
}

/** COPY knows stages by number too; a mount only by name. */
function sourceNames(instruction: Instruction): readonly { name: string; byNumber: boolean }[] {
  if (instruction.keyword === "COPY") {
    const name = flagValue(instruction, "from");
    return name === undefined || name === "" ? [] : [{ name, byNumber: true }];
  }
  if (instruction.keyword !== "RUN") return [];
  return instruction.flags
    .filter((flag) => flag.name === "mount")
    .map((flag) => mountFields(flag.value).get("from") ?? "")
    .filter((name) => name !== "")
    .map((name) => ({ name, byNumber: false }));
}

/** The stages that the build of `target` needs, in the order of the file: through FROM, COPY --from and mounts. */
export function reachableStages(dockerfile: Dockerfile, target?: string): readonly Stage[] {
  const shipped = shippedStage(dockerfile, target);
  const reached = new Set<Stage>();
  const open = shipped === undefined ? [] : [shipped];
  for (let stage = open.pop(); stage !== undefined; stage = open.pop()) {
    if (reached.has(stage)) continue;
    reached.add(stage);
    const parent = stage.parent === undefined ? undefined : dockerfile.stages[stage.parent];
    for (const next of [parent, ...sourcesOf(dockerfile, stage).map((source) => source.stage)]) {
      if (next !== undefined) open.push(next);
    }
  }
  return dockerfile.stages.filter((stage) => reached.has(stage));
}
