import { baseOf } from "./queries/base.ts";
import { healthy, healthyDockerfile, healthyWith, project, slim } from "./queries/example.ts";
import { packagesLeft } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find, stepsOf } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

/** Distributions with C code that publish no wheels for Linux, or not for every Python. */
const native = new Set([
  "psycopg2",
  "psycopg-c",
  "mysqlclient",
  "uwsgi",
  "pycurl",
  "python-ldap",
  "netifaces",
  "pysqlite3",
  "pyaudio",
  "pycairo",
  "pygobject",
  "pygraphviz",
  "dbus-python",
  "lxml",
  "xmlsec",
]);
const pyproject =
  '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["uwsgi==2.0.31"]\n';
const lock =
  'version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "reactions"\nversion = "1.0.0"\nsource = { virtual = "." }\ndependencies = [\n    { name = "uwsgi" },\n]\n\n[package.metadata]\nrequires-dist = [{ name = "uwsgi", specifier = "==2.0.31" }]\n\n[[package]]\nname = "uwsgi"\nversion = "2.0.31"\nsource = { registry = "https://index.example/simple" }\nsdist = { url = "https://index.example/uwsgi-2.0.31.tar.gz" }\n';

export const sdistNeedsCompiler: Rule = {
  id: "sdist-needs-compiler",
  title: "A locked package must be compiled, and the builder has no compiler",
  why: "The lock holds no wheel for it, so uv builds it from source: `command 'gcc' failed: No such file or directory`, after the build has run for minutes.",
  source: "UV021; found by no other tool",
  severity: "error",
  confidence: "likely",
  advice:
    "Install build-essential (and the -dev package of what it links with) in the builder stage only, or take a package with wheels.",
  aliases: ["UV021"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [project({ Dockerfile: healthyDockerfile, "pyproject.toml": pyproject, "uv.lock": lock })],
    good: [
      healthy,
      project({
        Dockerfile: healthyWith([
          `FROM ${slim} AS builder\n`,
          `FROM ${slim} AS builder\nRUN apt-get update && apt-get install -y --no-install-recommends build-essential\n`,
        ]),
        "pyproject.toml": pyproject,
        "uv.lock": lock,
      }),
      project({
        Dockerfile: healthyWith([`FROM ${slim} AS builder\n`, `FROM ${slim} AS builder\nRUN apk add alpine-sdk\n`]),
        "pyproject.toml": pyproject,
        "uv.lock": lock,
      }),
    ],
  },
  *check({ dockerfile, service }) {
    const wanted = (service.lock?.packages ?? []).filter(
      ({ name, sdistOnly }) => sdistOnly && native.has(name) && service.dependencies.runtimeClosure.includes(name),
    );
    if (wanted.length === 0) return;
    const [sync] = syncsIn(dockerfile);
    if (!sync) return;
    const base = baseOf(rootImage(dockerfile, sync.step.stage));
    const known = (base.name === "python" && base.minimal) || (base.short === "uv" && base.minimal);
    const packages = [...packagesLeft(stepsOf(dockerfile, sync.step.stage)).keys()];
    if (!known || packages.some((name) => /gcc|build-essential|build-base|alpine-sdk|base-devel|clang|\$/.test(name)))
      return;
    const names = wanted.map(({ name, version }) => `${name} ${version}`).join(", ");
    yield {
      message: `${names} must be compiled, and ${base.reference} has no compiler.`,
      where: at(dockerfile, sync.step.instruction, find(dockerfile, sync.step.instruction, "uv sync")),
    };
  },
};
