import type { Fault } from "./fault.ts";
import { fileTwins } from "./file-faults.ts";
import { bodyless, declaredVolume } from "./table.ts";

/** Every healthy image beside the plain one. */
export const twins: readonly Fault[] = [bodyless, declaredVolume, ...fileTwins];
