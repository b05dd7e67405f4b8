import type { RoleKind } from "../../model/types.ts";
import type { Facts } from "../decider.ts";
import { workerStart } from "./server.ts";
import { instructionsToday } from "./today.ts";

/** What the team says that the image is; its configuration was checked where it was read. */
export const saidKind = ({ overrides }: Pick<Facts, "overrides">): RoleKind | undefined =>
  overrides["kind"] as RoleKind | undefined;

/** What the image is: as the team says, else a worker where its Dockerfile starts one and nobody names a port. */
export function kindOf(facts: Facts): RoleKind {
  const { service, overrides, dockerfile } = facts;
  const said = saidKind(facts);
  if (said !== undefined) return said;
  const namesPort =
    overrides["ports"] !== undefined ||
    overrides["health"] !== undefined ||
    instructionsToday(dockerfile, "EXPOSE").length > 0;
  return !namesPort && workerStart(service) !== undefined ? "worker" : "server";
}

export const servesNobody = (kind: RoleKind | "unknown"): boolean => kind === "worker" || kind === "task";
