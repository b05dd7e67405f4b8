import { isForOtherPythons } from "../project/locked-wheels.ts";
import { baseOf } from "./queries/base.ts";
import { healthyDockerfile, project, slim } from "./queries/example.ts";
import { passesLockOver } from "./queries/lock-asked.ts";
import { rootImage } from "./queries/settings.ts";
import { at, shippedStage } from "./queries/steps.ts";
import { offeredBy } from "./queries/wheels.ts";
import type { Rule } from "./rule.ts";

const lockWith = (...tags: readonly string[]): string =>
  `version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "fastapi"\nversion = "0.121.0"\nsource = { registry = "https://index.example/simple" }\ndependencies = [{ name = "speedups" }]\nwheels = [{ url = "https://index.example/fastapi-0.121.0-py3-none-any.whl" }]\n\n[[package]]\nname = "reactions"\nversion = "1.0.0"\nsource = { virtual = "." }\ndependencies = [\n    { name = "fastapi" },\n    { name = "uvicorn" },\n]\n\n[package.metadata]\nrequires-dist = [\n    { name = "fastapi", specifier = "==0.121.0" },\n    { name = "uvicorn", specifier = "==0.38.0" },\n]\n\n[[package]]\nname = "speedups"\nversion = "2.1.0"\nsource = { registry = "https://index.example/simple" }\nsdist = { url = "https://index.example/speedups-2.1.0.tar.gz" }\nwheels = [\n${tags.map((tag) => `    { url = "https://index.example/speedups-2.1.0-${tag}-manylinux_2_17_x86_64.whl" },\n`).join("")}]\n\n[[package]]\nname = "uvicorn"\nversion = "0.38.0"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://index.example/uvicorn-0.38.0-py3-none-any.whl" }]\n`;
const withWheels = (...tags: readonly string[]) =>
  project({ Dockerfile: healthyDockerfile, "uv.lock": lockWith(...tags) });

export const pythonNotMature: Rule = {
  id: "python-not-mature",
  title: "The base's Python is newer than the wheels of a dependency",
  why: "A package with compiled parts publishes a wheel for each minor version of Python. Where the locked version has none for the base's, it is built from source: with a compiler in the builder, in minutes, or not at all. Pre-releases of Python have hardly any.",
  source: "devguide.python.org/versions",
  demand: "allowed-python",
  severity: "warning",
  confidence: "certain",
  advice: "Take a base with a Python that the locked wheels are for, or upgrade the package in the lock.",
  aliases: [],
  numbers: ["IMG006"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      withWheels("cp311-cp311", "cp312-cp312"),
      project({ Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.15-rc-slim-trixie") }),
      project({
        Dockerfile: healthyDockerfile,
        "uv.lock": "",
        "poetry.lock":
          '[[package]]\nname = "fastapi"\nversion = "0.121.0"\nfiles = [\n    {file = "fastapi-0.121.0-cp312-cp312-manylinux_2_17_x86_64.whl", hash = "sha256:1"},\n]\n\n[[package]]\nname = "uvicorn"\nversion = "0.38.0"\nfiles = [\n    {file = "uvicorn-0.38.0-py3-none-any.whl", hash = "sha256:2"},\n]\n\n[[package]]\nname = "pytest"\nversion = "8.4.2"\nfiles = []\n',
      }),
    ],
    good: [
      withWheels("cp312-cp312", "cp313-cp313"),
      withWheels("cp39-abi3"),
      withWheels("py3-none"),
      project({ Dockerfile: healthyDockerfile }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    if (stage === undefined) return;
    const base = baseOf(rootImage(dockerfile, stage));
    const { python } = base;
    if (python === undefined || !python.startsWith("3.")) return;
    const where = at(dockerfile, stage.from);
    if (/^3\.\d+(?:\.\d+)?-?(?:rc|a|b)\d*\b/.test(base.tag ?? ""))
      yield { message: `${base.reference} is a pre-release of Python.`, where };
    const libc = base.distribution?.name === "alpine" ? "musl" : "glibc";
    const without = (passesLockOver(input) ? [] : (service.lock?.packages ?? [])).filter((locked) => {
      const offered = locked.use === "production" ? offeredBy(input, locked) : undefined;
      return offered !== undefined && isForOtherPythons(offered, libc, python);
    });
    if (without.length > 0)
      yield {
        message: `The lock has wheels for other versions of Python, but none for ${python.split(".", 2).join(".")}: ${without.map(({ name }) => name).join(", ")}.`,
        where,
      };
  },
};
