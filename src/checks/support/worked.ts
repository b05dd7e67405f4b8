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

/** Below it a port needs a capability, where the runtime does not open all of them as Docker does. */
const FIRST_FREE_PORT = 1024;

/** What a life without capabilities does not show here of a service on a low port. */
export const lowPort = ({ kind, port }: Pick<Contract, "kind" | "port">): readonly string[] =>
  kind === "worker" || kind === "task" || port < 1 || port >= FIRST_FREE_PORT
    ? []
    : [
        `whether it may listen on port ${port} without a capability where the runtime keeps ports below ${FIRST_FREE_PORT} for those who have it, as some of Kubernetes do and Docker does not`,
      ];
