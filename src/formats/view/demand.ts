import type { DemandId } from "../../rules/rule.ts";
import type { Facts } from "./today.ts";

export type Category = "security" | "reproducibility" | "size" | "runtime" | "files";

/** What a production image of a Python service has to keep; each rule names the one that it is about. */
export interface Demand {
  readonly id: DemandId;
  readonly demand: string;
  readonly category: Category;
  /** How it stands today, as the files say it. */
  readonly today: (facts: Facts) => string;
}
