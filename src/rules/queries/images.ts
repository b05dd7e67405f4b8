import type { Dockerfile } from "../../model/types.ts";
import { type Base, baseOf } from "./base.ts";
import { sourcesOf, stageNamed, type Step } from "./steps.ts";

/** An image from a registry that the build uses. */
export interface ExternalImage {
  readonly image: string;
  readonly base: Base;
  readonly step: Step;
  /** `from`: a stage is built on it. `copy`: files are taken from it (COPY --from, a mount's from). */
  readonly use: "from" | "copy";
}

export function externalImages(dockerfile: Dockerfile): readonly ExternalImage[] {
  return dockerfile.stages.flatMap((stage) => {
    const image = stage.resolvedBase;
    const own = stage.parent !== undefined || image === "scratch" || image === "" ? [] : [image];
    const copied = stage.instructions.flatMap((instruction) =>
      sourcesOf(instruction)
        // A bare word may be a named build context; an image has a tag, a digest or a path.
        .filter((name) => !stageNamed(dockerfile, name, stage.index) && /[:/@]/.test(name))
        .map((name) => ({ image: name, base: baseOf(name), step: { stage, instruction }, use: "copy" as const })),
    );
    return [
      ...own.map((name) => ({
        image: name,
        base: baseOf(name),
        step: { stage, instruction: stage.from },
        use: "from" as const,
      })),
      ...copied,
    ];
  });
}
