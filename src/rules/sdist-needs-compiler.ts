import { buildPackagesOf, nativePackage } from "../project/native-packages.ts";
import { asAdvised } from "../project/system-libraries.ts";
import { type Base, baseOf, isBare } from "./queries/base.ts";
import { type Compiled, compiledOn } from "./queries/compiled.ts";
import { healthy, healthyDockerfile, healthyWith, project, slim, syncLine } from "./queries/example.ts";
import { projectInstalls } from "./queries/installs.ts";
import { hadProgram, installsIn } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find, type Step, stepsOf } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

const needs = (dependency: string): string =>
  `[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["${dependency}", "uvicorn==0.38.0"]\n`;
const lockOf = (name: string, version: string, wheels: readonly string[] = []): string =>
  `version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "reactions"\nversion = "1.0.0"\nsource = { virtual = "." }\ndependencies = [\n    { name = "${name}" },\n    { name = "uvicorn" },\n]\n\n[package.metadata]\nrequires-dist = [{ name = "${name}", specifier = "==${version}" }, { name = "uvicorn", specifier = "==0.38.0" }]\n\n[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "https://index.example/simple" }\nsdist = { url = "https://index.example/${name}-${version}.tar.gz" }\n${wheels.length === 0 ? "" : `wheels = [\n${wheels.map((tag) => `    { url = "https://index.example/${name}-${version}-${tag}.whl" },\n`).join("")}]\n`}\n[[package]]\nname = "uvicorn"\nversion = "0.38.0"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://index.example/uvicorn-0.38.0-py3-none-any.whl" }]\n`;
const locked = (name: string, version: string, wheels?: readonly string[]) => ({
  "pyproject.toml": needs(`${name}==${version}`),
  "uv.lock": lockOf(name, version, wheels),
});
const uwsgi = locked("uwsgi", "2.0.31");
const builderWith = (line: string) => healthyWith([`FROM ${slim} AS builder\n`, `FROM ${slim} AS builder\n${line}\n`]);
const apt = (packages: string) =>
  `RUN apt-get update && apt-get install -y --no-install-recommends ${packages} && rm -rf /var/lib/apt/lists/*`;
const byPip = (dockerfile: string, requirement: string, [before, after] = ["", ""]) =>
  project({
    Dockerfile: dockerfile.replace(
      syncLine,
      `COPY requirements.txt .\nRUN ${before}python -m venv .venv && .venv/bin/pip install --no-cache-dir -r requirements.txt${after}\n`,
    ),
    "pyproject.toml": "",
    "uv.lock": "",
    "requirements.txt": `${requirement}\nfastapi==0.121.0\nuvicorn==0.38.0\n`,
  });

export const sdistNeedsCompiler: Rule = {
  id: "sdist-needs-compiler",
  title: "A locked package must be compiled, and the builder lacks what that takes",
  why: "The lock holds no wheel for it that fits the base, so it is built from source: `command 'gcc' failed: No such file or directory`, or `pg_config executable not found` where the compiler is there and the headers are not, after the build has run for minutes.",
  source: "packaging.python.org: source distributions and wheels",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "likely",
  advice:
    "Install the compiler (and the -dev package of what it links with) in the builder stage only, or take a package with wheels.",
  aliases: [],
  numbers: ["UV021"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, ...uwsgi }),
      project({
        Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.13-alpine3.22"),
        ...locked("speedups", "1.0", ["cp313-cp313-manylinux_2_28_x86_64"]),
      }),
      project({ Dockerfile: builderWith(apt("gcc libc6-dev")), ...locked("psycopg2", "2.9.10") }),
      byPip(healthyDockerfile, "uwsgi==2.0.31"),
    ],
    good: [
      healthy,
      project({ Dockerfile: builderWith(apt("build-essential")), ...uwsgi }),
      project({ Dockerfile: builderWith("RUN apk add alpine-sdk"), ...uwsgi }),
      // The compiler goes again in the step that uses it.
      byPip(healthyDockerfile, "uwsgi==2.0.31", [
        `${apt("gcc libc6-dev").slice("RUN ".length)} && `,
        " && apt-get purge -y gcc libc6-dev",
      ]),
      project({
        Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.13-alpine3.22"),
        ...locked("speedups", "1.0", ["cp313-cp313-manylinux_2_28_x86_64", "cp313-cp313-musllinux_1_2_x86_64"]),
      }),
      project({
        Dockerfile: builderWith(apt("build-essential libpq-dev")).replace(
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\n${apt("libpq5")}\nRUN`,
        ),
        ...locked("psycopg2", "2.9.10"),
      }),
      byPip(builderWith(apt("gcc libc6-dev")), "uwsgi==2.0.31"),
    ],
  },
  *check(input) {
    const [install] = projectInstalls(input.dockerfile);
    if (!install) return;
    const { step, command } = install;
    const base = baseOf(rootImage(input.dockerfile, step.stage));
    const missing = missingAt(input, step, base);
    if (missing === undefined) return;
    const names = missing.of.map(({ locked: { name, version } }) => (version === "" ? name : `${name} ${version}`));
    const wanted = [
      ...buildPackagesOf(
        missing.of.map(({ locked: { name } }) => name),
        base.distribution,
      ),
      ...missing.also,
    ];
    yield {
      message: `${names.join(", ")} must be compiled, and ${missing.what}.`,
      where: at(input.dockerfile, step.instruction, find(input.dockerfile, step.instruction, command.text)),
      ...(wanted.length === 0
        ? {}
        : {
            advice: `Install ${wanted.map(asAdvised).join(", ")} in ${step.stage.name === undefined ? "a builder stage" : `the stage ${step.stage.name}`} only, or take a package with wheels.`,
          }),
    };
  },
};

interface Missing {
  readonly of: readonly Compiled[];
  readonly what: string;
  /** Python's own headers, where Python is a package of the distribution. */
  readonly also: readonly string[];
}

function missingAt(input: RuleInput, { stage }: Step, base: Base): Missing | undefined {
  const { dockerfile } = input;
  const steps = stepsOf(dockerfile, stage);
  // What is installed, used and removed again in one step was there.
  const packages = installsIn(steps).flatMap((one) => one.packages);
  // Whole sets of packages, and what a variable names, are not known by name.
  if (packages.some((name) => name.includes("$")) || steps.some(({ instruction }) => SETS.test(instruction.args)))
    return undefined;
  const compiler = hadProgram(dockerfile, stage, "gcc");
  if (compiler === undefined || !isBare(base)) return undefined;
  const compiled = compiledOn(input, base).filter(({ impossible }) => !impossible);
  if (compiled.length === 0) return undefined;
  const also = packages.filter((name) => /^python3\.\d+$/.test(name)).map((name) => `${name}-devel`);
  if (!compiler)
    return {
      of: compiled,
      what: `${base.reference} has no compiler`,
      also: base.distribution?.name === "amazonlinux" ? also : [],
    };
  const headers = packages.filter((name) => /-dev$|-devel$/.test(name));
  const without = compiled.filter(({ locked: { name } }) => {
    // The headers of the first bring those of the others.
    const [library] = nativePackage(name)?.loads ?? [];
    return library !== undefined && !headers.some((one) => library.broughtBy.test(one));
  });
  return without.length === 0
    ? undefined
    : { of: without, what: "no step installs the headers that this takes", also: [] };
}

const SETS = /\bbuild-dep\b|\bgroup\s*install\b|Development Tools/;
