import type { JudgeContext } from "../check.ts";

/** How a reworked image without a HEALTHCHECK gets one: none is invented for a service that has no such route. */
export const wayToOne = ({ contract, side }: Pick<JudgeContext, "contract" | "side">): string =>
  side === "before" || contract.health !== undefined
    ? ""
    : " The code has no route that says it is alive: add one, or name a path that answers 200 as `decisions: { health: /path }`.";
