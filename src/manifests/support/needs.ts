import type { Contract, Report } from "../../model/types.ts";

/** Stands where a manifest needs the image's reference and nobody gave one. */
export const IMAGE = "IMAGE";

/** The folders that need a place to write: those that were seen to be needed, or else those that the contract names. */
export const writableFolders = ({ advice, contract }: Report): readonly string[] =>
  advice?.writable?.needed ?? contract.writablePaths;

export interface Variables {
  readonly secret: readonly string[];
  readonly plain: readonly string[];
}

/** What the service does not start without. Values are never taken from the proof: there they were examples. */
export function requiredVariables({ env }: Contract): Variables {
  const required = env.filter((one) => one.required);
  return {
    secret: required.filter(({ secret }) => secret).map(({ name }) => name),
    plain: required.filter(({ secret }) => !secret).map(({ name }) => name),
  };
}

/** A name that every platform takes: small letters, digits and hyphens. */
export const nameOf = ({ service }: Report): string =>
  (
    service.name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "") || "service"
  ).slice(0, 50);

/** `/var/lib/app` → `var-lib-app`. */
export const volumeName = (path: string): string =>
  path
    .replaceAll(/[^a-zA-Z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .toLowerCase() || "root";
