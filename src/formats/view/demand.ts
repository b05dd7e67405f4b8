import type { Facts } from "./today.ts";

export type Category = "security" | "reproducibility" | "size" | "runtime" | "files";

/** What a production image of a Python service has to keep, and which rules say that it does not. */
export interface Demand {
  readonly demand: string;
  readonly category: Category;
  /** How it stands today, as the files say it. */
  readonly today: (facts: Facts) => string;
  readonly rules: readonly string[];
}
