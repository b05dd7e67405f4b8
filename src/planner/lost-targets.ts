import type { Facts } from "../decisions/decider.ts";
import { list } from "../decisions/shared/say.ts";
import type { ImageSpec, Refusal } from "../model/types.ts";
import { refusal } from "./refusal-kinds.ts";
import { STAGES, TEST_STAGE } from "./render-test-stage.ts";

/** Stages that other files build by name and that the rework, in the place of today's Dockerfile, would not have. */
export function lostTargets(
  { service, dockerfile }: Facts,
  image: Pick<ImageSpec, "dockerfile" | "tests">,
): readonly Refusal[] {
  if (dockerfile?.path !== image.dockerfile) return [];
  const kept = new Set<string>([...STAGES, ...(image.tests === undefined ? [] : [TEST_STAGE])]);
  const lost = (service.buildTargets ?? []).filter(
    (one) => one.dockerfile === image.dockerfile && !kept.has(one.stage),
  );
  if (lost.length === 0) return [];
  const named = lost.map(({ stage, evidence }) => `\`${stage}\` (${evidence.file}:${evidence.line})`);
  return [
    refusal("lost-target", {
      what: `Other files build ${list([...new Set(named)])} of ${image.dockerfile}, and the rework has no such stage`,
    }),
  ];
}
