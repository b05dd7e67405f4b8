import { type Base, baseOf } from "./queries/base.ts";
import { type Compiled, compiledOn } from "./queries/compiled.ts";
import { healthy, healthyDockerfile, healthyFile, project, slim } from "./queries/example.ts";
import { projectInstalls } from "./queries/installs.ts";
import { hasProgram } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find } from "./queries/steps.ts";
import type { Rule, RuleFinding } from "./rule.ts";

const GLIBC = "cp313-cp313-manylinux_2_28_x86_64";
const lockWith = (tags: readonly string[], sdist = 'sdist = { url = "https://index.example/speedups-1.0.tar.gz" }\n') =>
  `${healthy["uv.lock"] ?? ""}\n[[package]]\nname = "speedups"\nversion = "1.0"\nsource = { registry = "https://index.example/simple" }\n${sdist}wheels = [\n${tags.map((tag) => `    { url = "https://index.example/speedups-1.0-${tag}.whl" },\n`).join("")}]\n`
    .replace('    { name = "uvicorn" },\n]', '    { name = "uvicorn" },\n    { name = "speedups" },\n]')
    .replace(
      '    { name = "uvicorn", specifier = "==0.38.0" },\n]',
      '    { name = "uvicorn", specifier = "==0.38.0" },\n    { name = "speedups", specifier = "==1.0" },\n]',
    );
const pyproject = healthyFile("pyproject.toml", ['"uvicorn==0.38.0"]', '"uvicorn==0.38.0", "speedups==1.0"]']);
const alpine = healthyDockerfile
  .replaceAll(slim, slim.replace("slim-trixie", "alpine3.22"))
  .replace(
    /groupadd[^\n]*\n[^\n]*\n/,
    "addgroup -S -g 1001 app && adduser -S -D -H -u 1001 -G app -s /sbin/nologin app\n",
  );
const compiling = alpine.replace(
  "AS builder\nCOPY --from=uv",
  "AS builder\nRUN apk add --no-cache build-base\nCOPY --from=uv",
);
const service = (dockerfile: string, lock: string) =>
  project({ Dockerfile: dockerfile, "pyproject.toml": pyproject, "uv.lock": lock });

export const noWheelForMusl: Rule = {
  id: "no-wheel-for-musl",
  title: "Packages of the lock have no wheel for Alpine's C library",
  why: "Wheels are built for glibc (`manylinux`) or for musl (`musllinux`). What has none for musl is compiled in every build without a cache, which takes minutes for the large ones and a compiler in the builder, and what publishes no sources cannot be installed at all. On a slim image they are downloaded.",
  source: "PEP 656",
  demand: "builds-from-a-clone",
  severity: "note",
  confidence: "certain",
  advice: "Take the slim image: the wheels of the lock fit it, and the compiler is not needed.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds", "cold-build-time"],
  examples: {
    bad: [service(compiling, lockWith([GLIBC])), service(compiling, lockWith([GLIBC], ""))],
    good: [
      healthy,
      service(compiling, lockWith([GLIBC, "cp313-cp313-musllinux_1_2_x86_64"])),
      service(compiling, lockWith([GLIBC, "py3-none-any"])),
      service(healthyDockerfile, lockWith([GLIBC])),
    ],
  },
  *check(input) {
    const [install] = projectInstalls(input.dockerfile);
    if (!install) return;
    const { step } = install;
    const base = baseOf(rootImage(input.dockerfile, step.stage));
    const without = compiledOn(input, base).filter(({ forGlibcAlone }) => forGlibcAlone);
    const where = at(input.dockerfile, step.stage.from, find(input.dockerfile, step.stage.from, step.stage.base));
    yield* impossible(without, base, where);
    const compiled = without.filter((one) => !one.impossible);
    // Without a compiler the build fails, which `sdist-needs-compiler` says.
    if (compiled.length === 0 || hasProgram(input.dockerfile, step.stage, "gcc") === false) return;
    yield {
      message: `${names(compiled)} ${compiled.length === 1 ? "is" : "are"} compiled on ${base.reference}: the lock has wheels for glibc alone.`,
      where,
    };
  },
};

function* impossible(
  without: readonly Compiled[],
  base: Base,
  where: NonNullable<RuleFinding["where"]>,
): Generator<RuleFinding> {
  const nowhere = without.filter((one) => one.impossible);
  if (nowhere.length > 0)
    yield {
      message: `${names(nowhere)} cannot be installed on ${base.reference}: the lock has neither a wheel for musl nor sources.`,
      severity: "error",
      where,
      advice: "Take the slim image: the wheels of the lock fit it.",
    };
}

const names = (compiled: readonly Compiled[]): string =>
  compiled.map(({ locked: { name, version } }) => `${name} ${version}`).join(", ");
