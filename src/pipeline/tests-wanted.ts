import type { Requirement } from "../model/types.ts";
import { asksFor } from "../requirements/figures-asked.ts";
import type { SessionOptions } from "./session.ts";

/** Figures that only the service's own tests give. */
const OWN = ["testPassPercent", "testCoveragePercent", "lintFindings"];

/** Building and running them takes time: only when a requirement rests on them, or when they are asked for. */
export const testsWanted = (demanded: readonly Requirement[] | undefined, { tests }: SessionOptions): boolean =>
  tests === true || (demanded !== undefined && asksFor(demanded, OWN));
