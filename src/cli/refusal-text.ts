import type { Refusal } from "../model/types.ts";
import { paragraph } from "./paragraph.ts";

/** What the rework leaves as it is, why, and what to do instead. */
export const refusalText = ({ what, because, instead, blocking }: Refusal): string =>
  [
    paragraph(`${blocking === true ? "Stops the rework" : "Not touched"}: ${what}`),
    paragraph(`because ${because}`, "    "),
    paragraph(`→ ${instead}`, "    "),
  ].join("\n");
