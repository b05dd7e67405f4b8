import { join } from "node:path";
import { writeWhole } from "../kit/files.ts";
import type { CheckResult, RequirementResult, Service } from "../model/types.ts";
import { junitOf } from "../reporters/junit.ts";
import type { Run } from "./run-directory.ts";

export interface Verified {
  readonly checks: readonly CheckResult[];
  /** Undefined when the team wrote none, and for an image that was not built here: its files are not known. */
  readonly requirements: readonly RequirementResult[] | undefined;
}

/** Leaves in the run's folder what a continuous integration reads: `checks.junit.xml`, and the same as data. */
export async function keepVerified(
  { directory, startedAt }: Run,
  { name }: Pick<Service, "name">,
  { checks, requirements }: Verified,
): Promise<void> {
  const asked = requirements === undefined ? {} : { requirements };
  const source = { name, startedAt, before: undefined, after: { checks, dockerfile: undefined }, ...asked };
  await writeWhole(join(directory, "checks.junit.xml"), junitOf(source));
  await writeWhole(join(directory, "checks.json"), `${JSON.stringify({ checks, ...asked }, undefined, 2)}\n`);
}
