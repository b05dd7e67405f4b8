import type { CatalogueEntry } from "../../model/types.ts";
import type { Rule } from "../../rules/rule.ts";
import { categoryOf } from "./category.ts";

/** What a rule says about itself, as formats and reports carry it. */
export function entryOfRule(rule: Rule): CatalogueEntry {
  const { id, title, why, advice, source, severity, confidence, aliases, since, provenBy } = rule;
  const judging = { severity, confidence, category: categoryOf(id), aliases, since, provenBy };
  return { id, title, why, advice, source, judging };
}
