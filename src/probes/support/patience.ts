import { business } from "../../kit/machine.ts";
import type { Contract } from "../../model/types.ts";

/** How long a start may take on this machine now, in milliseconds. Its time is judged by `start-time`. */
export function startPatience(contract: Contract): number {
  return contract.limits.startSeconds * 1000 * business() + 5000;
}
