import type { Refusal } from "../model/types.ts";

/** What the rework leaves as it is, why, and what to do instead. */
export const refusalText = ({ what, because, instead, blocking }: Refusal): string =>
  `${blocking === true ? "Stops the rework" : "Not touched"}: ${what}\n    because ${because}\n    → ${instead}`;
