import { counted } from "../kit/text.ts";
import type { InstalledPackage, LockedPackage, Service } from "../model/types.ts";
import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, leaving, notApplicable, pass, some, unproven } from "./support/verdicts.ts";

/** Installers, and what a base image brings for itself. */
const TOOLS: ReadonlySet<string> = new Set([
  "pip",
  "setuptools",
  "wheel",
  "uv",
  "poetry",
  "pdm",
  "pipenv",
  "virtualenv",
]);

const locked = (name: string, version: string, use: LockedPackage["use"] = "production"): LockedPackage => ({
  name,
  version,
  source: "registry",
  sdistOnly: false,
  dependencies: [],
  use,
  askedBy: use === "production" ? ["main"] : ["dev"],
});
const service = {
  name: "demo",
  lock: { path: "uv.lock", packages: [locked("fastapi", "0.116.1"), locked("uvicorn", "0.35.0")] },
} as unknown as Service;
const withPackage = (one: Partial<InstalledPackage>): Layers => ({
  ...exampleLayers,
  contents: {
    ...exampleLayers.contents,
    packages: [
      ...exampleLayers.contents.packages.filter(({ name }) => name !== one.name),
      { kind: "pypi", name: "", version: "1.0", licences: [], bytes: 0, ...one },
    ],
  },
});
const withAnother = (name: string, one: Partial<InstalledPackage>): Layers => ({
  ...exampleLayers,
  contents: {
    ...exampleLayers.contents,
    packages: [
      ...exampleLayers.contents.packages,
      { kind: "pypi", name, version: "1.0", licences: [], bytes: 0, ...one },
    ],
  },
});

export const distributionsAsLocked: Check<Layers> = {
  id: "distributions-as-locked",
  severity: "error",
  title: "What is installed is what the lock names",
  why: "A lock that the build does not obey is a wish: tests ran with other versions than production has.",
  source: "PEP 751, reproducible installation",
  whenItFails: {
    symptom: "A version in the image differs from the lock, or a distribution is in no lock at all.",
    cause: "A step installs by `pip install name`, without `--locked`, or from another lock than the tracked one.",
    remedy: "Install from the lock alone, with `uv sync --locked`, and add what is missing to it.",
  },
  needs: layers,
  examples: [
    { name: "as locked", data: exampleLayers, status: "pass", context: { service } },
    {
      name: "another version",
      data: withPackage({ name: "fastapi", version: "0.117.0" }),
      status: "fail",
      context: { service },
    },
    {
      name: "in no lock",
      data: withPackage({ name: "requests", version: "2.32.0" }),
      status: "fail",
      context: { service },
    },
    {
      name: "not named by a list without hashes",
      data: withPackage({ name: "requests", version: "2.32.0" }),
      status: "pass",
      context: { service: { ...service, pip: { hashed: false } as never } },
    },
    {
      name: "another version than a list without hashes names",
      data: withPackage({ name: "fastapi", version: "0.117.0" }),
      status: "fail",
      context: { service: { ...service, pip: { hashed: false } as never } },
    },
    {
      name: "not named by a list with hashes",
      data: withPackage({ name: "requests", version: "2.32.0" }),
      status: "fail",
      context: { service: { ...service, pip: { hashed: true } as never } },
    },
    {
      name: "another version inside of setuptools",
      data: withPackage({
        name: "packaging",
        version: "24.2",
        record: { path: "/v/setuptools/_vendor/packaging-24.2.dist-info/RECORD", sha256: "" },
      }),
      status: "pass",
      context: { service },
    },
    {
      name: "the version of development's section",
      data: withPackage({ name: "fastapi", version: "0.117.0" }),
      status: "fail",
      context: {
        service: {
          ...service,
          lock: {
            path: "Pipfile.lock",
            packages: [...(service.lock?.packages ?? []), locked("fastapi", "0.117.0", "development")],
          } as never,
        },
      },
    },
    {
      name: "of a tool of the operating system, in no lock",
      data: withPackage({ name: "gpg", version: "1.15.1", ofSystem: true }),
      status: "pass",
      context: { service },
    },
    {
      name: "of the operating system, in place of what the lock names",
      data: withPackage({ name: "fastapi", version: "0.100.0", ofSystem: true }),
      status: "fail",
      context: { service },
    },
    {
      name: "of the operating system, beside what the lock names",
      data: withAnother("fastapi", { version: "0.100.0", ofSystem: true }),
      status: "pass",
      context: { service },
    },
    {
      name: "pip of the base",
      data: withPackage({ name: "pip", version: "25.1" }),
      status: "pass",
      context: { service },
    },
    {
      name: "no lock",
      data: exampleLayers,
      status: "not-applicable",
      context: { service: { ...service, lock: undefined } },
    },
    {
      name: "no dependency",
      data: { ...exampleLayers, contents: { ...exampleLayers.contents, packages: [] } },
      status: "not-applicable",
      context: { service: { ...service, lock: { path: "uv.lock", packages: [locked("Demo", "1.0")] } as never } },
    },
    {
      name: "no dependency, and a distribution",
      data: withPackage({ name: "requests", version: "2.32.0" }),
      status: "fail",
      context: { service: { ...service, lock: { path: "uv.lock", packages: [locked("Demo", "1.0")] } as never } },
    },
    {
      name: "nothing installed",
      data: { ...exampleLayers, contents: { ...exampleLayers.contents, packages: [] } },
      status: "unproven",
      context: { service },
    },
  ],
  judge({ contents }, { service: { lock, name: project, pip } }) {
    if (lock === undefined || lock.packages.length === 0)
      return notApplicable("The service has no lock that was read.");
    const found = contents.packages.filter(
      ({ kind, name, outsideEnvironment, direct, record }) =>
        kind === "pypi" &&
        // setuptools brings some inside itself.
        !/\/_vendor\//.test(record?.path ?? "") &&
        outsideEnvironment === undefined &&
        direct === undefined &&
        !TOOLS.has(name),
    );
    const versions = new Map<string, LockedPackage[]>();
    for (const one of lock.packages) versions.set(normal(one.name), [...(versions.get(normal(one.name)) ?? []), one]);
    const own = new Set(found.flatMap(({ name, ofSystem }) => (ofSystem === undefined ? [name] : [])));
    // The system's tools have theirs. One that the lock names, and that is there only so, takes its place.
    const installed = found.filter(
      ({ name, ofSystem }) => ofSystem === undefined || (versions.has(name) && !own.has(name)),
    );
    const asksForNothing = lock.packages.every(({ name }) => normal(name) === normal(project));
    if (installed.length === 0 && asksForNothing)
      return notApplicable(`${lock.path} names nothing but the service itself.`);
    if (installed.length === 0) return unproven("No installed distribution was found in the image at all.");
    // A list without hashes may name what the project asks for itself, and nothing of what that needs.
    const isPartial = pip?.hashed === false;
    const wrong = installed.flatMap(({ name, version }) => {
      const named = versions.get(name);
      if (named === undefined && name === normal(project)) return [];
      if (named === undefined && isPartial) return [];
      if (named === undefined) return [`${name} ${version} is not in ${lock.path}`];
      const isNamed = counting(named).some(
        (one) => one.version === "" || sameVersion(one.version, version) || one.source !== "registry",
      );
      return isNamed
        ? []
        : [
            `${name} is ${version}, locked is ${counting(named)
              .map((one) => one.version)
              .join(" or ")}`,
          ];
    });
    if (wrong.length > 0) return fail(`${some(wrong, 5)}.`);
    const beside = isPartial ? installed.filter(({ name }) => !versions.has(name)) : [];
    if (beside.length === 0)
      return pass(`All ${installed.length} distributions have the version that ${lock.path} names.`);
    return leaving(
      pass(`${counted(installed.length - beside.length, "distribution")} have the version that ${lock.path} names.`),
      [
        `the versions of ${some(
          beside.map(({ name }) => name),
          3,
        )}, which ${lock.path} does not name`,
      ],
    );
  },
};

/** Of several versions those that production takes. Which Python the image was to have does not decide it: it may have got another. */
function counting(named: readonly LockedPackage[]): readonly LockedPackage[] {
  const forProduction = named.filter(({ use }) => use !== "development" && use !== "optional");
  return forProduction.length > 0 ? forProduction : named;
}

const normal = (name: string): string => name.replace(/[-_.]+/g, "-").toLowerCase();

/** `1.0` is `1.0.0`, and a local part (`+cpu`) is only compared when both have one. */
function sameVersion(a: string, b: string): boolean {
  const plain = (version: string) => version.replace(/\+.*$/, "").replace(/(\.0)+$/, "");
  return plain(a) === plain(b);
}
