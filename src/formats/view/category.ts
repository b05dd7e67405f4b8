import type { Category } from "./demand.ts";
import { demandOf } from "./demands.ts";

/** What kind of trouble a rule is about. */
export const categoryOf = (rule: string): Category => demandOf(rule)?.category ?? "files";
