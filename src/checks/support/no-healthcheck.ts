import type { Route, Verdict } from "../../model/types.ts";
import type { JudgeContext } from "../check.ts";
import { fail, notApplicable, unproven } from "./verdicts.ts";

type Context = Pick<JudgeContext, "contract" | "side" | "service">;

/** What an image without a HEALTHCHECK is told. Of a worker the engine sees the end without one. */
export function noneDeclared(context: Context, consequence = ""): Verdict {
  const { kind } = context.contract;
  if (kind === "worker") return notApplicable("It declares no HEALTHCHECK, and as a worker has no port to ask.");
  if (kind === "unknown") return unproven("It declares no HEALTHCHECK, and nobody names a port that one could ask.");
  return fail(`The image declares no HEALTHCHECK${consequence}.${wayToOne(context)}`);
}

/** How an image gets one: none is invented for a service that has no such route. */
function wayToOne({ contract, side, service }: Context): string {
  if (side === "before" || contract.health !== undefined) return "";
  // Of an image alone no code was read.
  if (contract.ofImage === true) return " Declare one that asks a path which answers 200 while the service is alive.";
  const [first] = service.routes
    .filter(({ method, path }) => method === "GET" && /^\/[\w./-]*$/.test(path))
    .toSorted(byLength);
  const path = first?.path ?? "/path";
  return ` The code has no route that says it is alive: add one, or name a path that answers 200${first === undefined ? "" : " and asks no other system"} as \`decisions: { health: ${path} }\`.`;
}

const byLength = (one: Route, other: Route): number => one.path.length - other.path.length;
