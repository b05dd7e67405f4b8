import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Build, BuildSide } from "../model/types.ts";
import { isRunId, type Run, readStep } from "./run-directory.ts";

/** A cold build of an earlier run from exactly the same input, and the values that were planted in it. */
export interface EarlierCold {
  readonly cold: Build;
  readonly canaries: readonly string[];
  readonly bases: BuildSide["bases"];
}

/**
 * Looks through the runs of the same folder, newest first. A cold build takes longest and depends on nothing but its
 * input, so the same input needs to be measured once; the report names the run that measured it.
 */
export async function earlierCold(
  run: Run,
  step: { readonly name: string; readonly version: number },
  coldKey: string,
): Promise<EarlierCold | undefined> {
  const folder = dirname(run.directory);
  const names = (await readdir(folder)).filter((name) => isRunId(name) && name !== basename(run.directory));
  for (const name of names.toSorted((a, b) => (a < b ? 1 : -1))) {
    const directory = `${folder}/${name}`;
    const side = await readStep<BuildSide>({ ...run, directory }, step);
    const cold = side?.builds.find(({ kind }) => kind === "cold");
    if (side?.coldKey !== coldKey || side.image === undefined || cold === undefined) continue;
    return { cold: { ...cold, measuredIn: cold.measuredIn ?? name }, canaries: side.canaries ?? [], bases: side.bases };
  }
  return undefined;
}
