import { pinnedVersion } from "../../project/requirements-file.ts";
import { meets } from "../../project/release.ts";
import type { Facts } from "../decider.ts";
import { pythonToday } from "./pythons.ts";

/** Its releases before 82 bring `pkg_resources`. */
export const WITH_RESOURCES = "setuptools<82";

/** Releases of packages that import `pkg_resources` as soon as they are used; some do not even ask for setuptools. */
const IMPORTERS: Readonly<Record<string, string>> = {
  apscheduler: "<3.10.2",
  "django-q": ">=0",
  "drf-yasg": "<1.21.8",
  fs: ">=0",
  gunicorn: "<21",
  "opentelemetry-api": "<1.16",
  "opentelemetry-instrumentation": "<0.50",
  pyramid: "<=2.0.2",
  razorpay: "<=1.4.2",
  supervisor: "<4.3",
};

/**
 * A package of pip's lists that imports `pkg_resources`, where today's base brings it (that of Python 3.11 and before)
 * and no list asks for setuptools: in an environment of its own there would be none, or a release without it.
 */
export function importsResources({ service, dockerfile }: Facts): string | undefined {
  const { pip, dependencies } = service;
  const minor = /^3\.(\d+)$/.exec(pythonToday({ dockerfile }) ?? "")?.[1];
  if (pip === undefined || minor === undefined || Number(minor) > 11) return undefined;
  const named = pip.calls.flatMap(({ packages }) =>
    packages.map((requirement) => ({ name: /^[\w.-]+/.exec(requirement)?.[0].toLowerCase() ?? "", requirement })),
  );
  const asked = [...dependencies.runtime, ...named];
  if (asked.some(({ name }) => name === "setuptools")) return undefined;
  const found = asked.find(({ name, requirement }) => {
    const version = pinnedVersion(requirement);
    return Object.hasOwn(IMPORTERS, name) && version !== undefined && meets(version, IMPORTERS[name] ?? "") === true;
  });
  return found && `${found.name} ${pinnedVersion(found.requirement)}`;
}
