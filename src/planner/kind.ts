import type { Facts } from "../decisions/decider.ts";
import type { RoleKind } from "../model/types.ts";

/** What the team says that the image is; its configuration was checked where it was read. */
export const kindOf = ({ overrides }: Pick<Facts, "overrides">): RoleKind | undefined =>
  overrides["kind"] as RoleKind | undefined;

export const servesNobody = (kind: RoleKind | "unknown"): boolean => kind === "worker" || kind === "task";
