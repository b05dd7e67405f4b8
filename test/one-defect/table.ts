import { rules } from "../../src/rules/index.gen.ts";
import { type OneDefect, planted } from "./defect.ts";
import { formDefects } from "./table-forms.ts";
import { deploymentDefects } from "./table-deployments.ts";
import { managerDefects } from "./table-managers.ts";
import { ruleDefects } from "./table-rules.ts";
import { syntaxDefects } from "./table-syntax.ts";
import { trapDefects } from "./table-traps.ts";
import { baseDefects } from "./table-bases.ts";
import { dependencyDefects } from "./table-dependencies.ts";
import { layerDefects } from "./table-layers.ts";
import { runningDefects, probedDefects } from "./table-running.ts";
import { secretDefects } from "./table-secrets.ts";

const byHand: readonly OneDefect[] = [
  ...baseDefects,
  ...dependencyDefects,
  ...layerDefects,
  ...runningDefects,
  ...probedDefects,
  ...secretDefects,
  ...trapDefects,
  ...syntaxDefects,
  ...ruleDefects,
  ...deploymentDefects,
  ...managerDefects,
  ...formDefects,
];
const named = new Set(byHand.map(({ rules: [first] }) => first));
/** A rule that no row is about has one of its own: its first bad example. Where others speak of it too, write the row. */
const ofRules = rules.filter(({ id }) => !named.has(id)).map((rule) => planted(rule.id, rule));
const number = ({ id }: OneDefect): number => Number.parseInt(id, 10) || Number.MAX_SAFE_INTEGER;

/** One row for each problem that a Dockerfile of a Python service has in practice; one defect in each. */
export const defects: readonly OneDefect[] = [...byHand, ...ofRules].toSorted(
  (a, b) => number(a) - number(b) || (a.id < b.id ? -1 : 1),
);
