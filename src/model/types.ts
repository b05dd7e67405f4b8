/** The nouns of seaworthy. Plain data only: every value here can be written to a run directory as JSON. */
export type * from "./source.ts";
export type * from "./dockerfile.ts";
export type * from "./service.ts";
export type * from "./lock.ts";
export type * from "./pip.ts";
export type * from "./deployment.ts";
export type * from "./finding.ts";
export type * from "./plan.ts";
export type * from "./image.ts";
export type * from "./rebuilt.ts";
export type * from "./contents.ts";
export type * from "./verdict.ts";
export type * from "./requirement.ts";
export type * from "./expectation.ts";
export type * from "./advice.ts";
export type * from "./report.ts";
export type * from "./stack.ts";
