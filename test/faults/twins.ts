import { heldAtSidecar } from "./beside-faults.ts";
import type { Fault } from "./fault.ts";
import { fileTwins } from "./file-faults.ts";
import { healthTwins } from "./health-faults.ts";
import { http2Twins } from "./http2-faults.ts";
import { insideTwins } from "./inside-faults.ts";
import { secretTwins } from "./secret-faults.ts";
import { script, waitsForGoodbye } from "./stop-faults.ts";
import { workerTwins } from "./worker-faults.ts";
import { bodyless, declaredVolume, fewProcesses, init, namesFields, startsOn, waitsBefore } from "./table.ts";

/** Every healthy image beside the plain one. */
export const twins: readonly Fault[] = [
  bodyless,
  declaredVolume,
  fewProcesses,
  init,
  namesFields,
  startsOn,
  script,
  waitsBefore,
  waitsForGoodbye,
  heldAtSidecar,
  ...fileTwins,
  ...healthTwins,
  ...http2Twins,
  ...insideTwins,
  ...secretTwins,
  ...workerTwins,
];
