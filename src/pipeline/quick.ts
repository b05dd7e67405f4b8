import type { Check } from "../checks/check.ts";
import { becomesHealthy } from "../checks/becomes-healthy.ts";
import { builds } from "../checks/builds.ts";
import { dependencyLayerCached } from "../checks/dependency-layer-cached.ts";
import { logsOnStreams } from "../checks/logs-on-streams.ts";
import { noSecretsInLayers } from "../checks/no-secrets-in-layers.ts";
import { nonRoot } from "../checks/non-root.ts";
import { requiredEnv } from "../checks/required-env.ts";

/** What a team asks of an image at every change: short enough to wait for. */
export const quickChecks: readonly Check[] = [
  builds,
  becomesHealthy,
  nonRoot,
  logsOnStreams,
  noSecretsInLayers,
  requiredEnv,
  dependencyLayerCached,
];
