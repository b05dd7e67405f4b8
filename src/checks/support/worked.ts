import { counted } from "../../kit/text.ts";
import type { Contract } from "../../model/types.ts";

/** What was seen of an image that did what it is for, by its kind. */
export function worked({ kind }: Pick<Contract, "kind">): string {
  if (kind === "worker") return "It runs on";
  return kind === "task" ? "It ends with 0" : "Healthy";
}

/** What was done with it while it was looked at. */
export function usedBy({ kind }: Pick<Contract, "kind">, requests: number, noun = "request"): string {
  if (kind === "worker") return "a few seconds of its work";
  return kind === "task" ? "one run to its end" : counted(requests, noun);
}
