import type { Refusal } from "../model/types.ts";
import { paragraph } from "./paragraph.ts";

/** What the rework leaves as it is; what stops it is read last, where nothing stands below it. */
export const refusalTexts = (refusals: readonly Refusal[]): readonly string[] =>
  refusals.toSorted((a, b) => Number(a.blocking === true) - Number(b.blocking === true)).map(refusalText);

/** What the rework leaves as it is, why, and what to do instead. */
const refusalText = ({ what, because, instead, blocking }: Refusal): string =>
  [
    paragraph(`${blocking === true ? "Stops the rework" : "Left as it is"}: ${what}`),
    paragraph(`why: ${because}`, "    "),
    paragraph(`→ ${instead}`, "    "),
  ].join("\n");
