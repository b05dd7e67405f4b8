import { type OneDefect } from "./defect.ts";
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

/** One row for each problem that a Dockerfile of a Python service has in practice; one defect in each. */
export const defects: readonly OneDefect[] = [
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
].toSorted((a, b) => Number.parseInt(a.id, 10) - Number.parseInt(b.id, 10) || (a.id < b.id ? -1 : 1));
