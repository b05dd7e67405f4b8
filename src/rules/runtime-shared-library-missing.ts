import { nativePackage, type NativePackage } from "../project/native-packages.ts";
import { asAdvised, packagesOn, type SystemLibrary } from "../project/system-libraries.ts";
import { type Base, baseOf, isBare } from "./queries/base.ts";
import { compiledOn } from "./queries/compiled.ts";
import { healthy, healthyDockerfile, healthyWith, project, slim } from "./queries/example.ts";
import { packagesLeft } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { at, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

const pyproject = (dependency: string): string =>
  `[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "${dependency}"]\n`;

export const runtimeSharedLibraryMissing: Rule = {
  id: "runtime-shared-library-missing",
  title: "A dependency loads a system library that the shipped image does not have",
  why: "It was compiled in a builder where the -dev package had brought the library along. In the slim runtime the import ends with `libpq.so.5: cannot open shared object file`.",
  source: "seen in wger #1409",
  demand: "found-when-started",
  severity: "warning",
  confidence: "likely",
  advice:
    "Install the runtime package in the last stage. `ldd` on every .so of the environment, run in that stage, proves the list.",
  aliases: [],
  numbers: ["IMG009"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: ["psycopg2==2.9.10", "cairosvg==2.8.2", "pyzbar==0.1.9"].map((dependency) =>
      project({ Dockerfile: healthyDockerfile, "pyproject.toml": pyproject(dependency), "uv.lock": "" }),
    ),
    good: [
      healthy,
      project({
        Dockerfile: healthyWith([
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends libcairo2 && rm -rf /var/lib/apt/lists/*\nRUN`,
        ]),
        "pyproject.toml": pyproject("cairosvg==2.8.2"),
        "uv.lock": "",
      }),
      project({ Dockerfile: healthyDockerfile, "pyproject.toml": pyproject("psycopg2-binary==2.9.10"), "uv.lock": "" }),
      project({
        Dockerfile: healthyWith([
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*\nRUN`,
        ]),
        "pyproject.toml": pyproject("psycopg2==2.9.10"),
        "uv.lock": "",
      }),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const stage = shippedStage(dockerfile);
    const base = stage && baseOf(rootImage(dockerfile, stage));
    // The full python images bring most libraries; of others we do not know what they hold.
    if (!stage || !base || !isBare(base)) return;
    const steps = shippedSteps(dockerfile);
    const packages = [...packagesLeft(steps).keys()];
    const copiesLibraries = steps.some(
      ({ instruction }) => instruction.keyword === "COPY" && /\/lib(64)?(\/|$)|\.so/.test(instruction.args),
    );
    if (copiesLibraries || packages.some((name) => name.includes("$"))) return;
    const told = new Set<SystemLibrary>();
    for (const [name, { loads, instead }] of loadingPackages(input, base))
      for (const library of loads) {
        const run = packagesOn(library.run, base.distribution);
        if (run === undefined || told.has(library) || packages.some((one) => library.broughtBy.test(one))) continue;
        told.add(library);
        const names = `${run.map(asAdvised).join(", ")}${instead === undefined ? "" : `; or take ${instead}`}`;
        yield {
          message: `${name} needs ${library.name} (${names}), which ${base.reference} does not have and no step of the shipped stage installs.`,
          where: at(dockerfile, stage.from),
        };
      }
  },
};

/** What production needs and what loads the system's libraries: those with them in their wheels only where they are compiled. */
function loadingPackages(input: RuleInput, base: Base): ReadonlyArray<readonly [string, NativePackage]> {
  const closure = new Set(input.service.dependencies.runtimeClosure);
  const compiled = new Set(compiledOn(input, base).map(({ locked }) => locked.name));
  return [...closure].flatMap((name) => {
    const native = nativePackage(name);
    if (native === undefined || native.unless?.some((other) => closure.has(other)) === true) return [];
    return native.wheels !== "whole" || compiled.has(name) ? [[name, native] as const] : [];
  });
}
