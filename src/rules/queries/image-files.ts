import type { RuleInput } from "../rule.ts";
import { copiedBy, isHidden } from "./context.ts";
import { flag, shippedSteps } from "./steps.ts";

/** Every path that the context brings to the image; undefined when something else may bring more. */
export function imageFiles(input: RuleInput): ReadonlySet<string> | undefined {
  const present = new Set<string>();
  for (const step of shippedSteps(input.dockerfile)) {
    const { instruction } = step;
    if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") continue;
    if (isHidden(instruction)) return undefined;
    if (flag(instruction, "from") !== undefined) {
      const onlyTools = instruction.words.every((word) => /\.?venv(\/|$)|\/bin(\/|$)|^\/uvx?$/.test(word));
      if (onlyTools) continue;
      return undefined;
    }
    for (const { destination } of copiedBy(input, step).files) present.add(destination);
  }
  return present;
}
