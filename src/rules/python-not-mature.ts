import { baseOf } from "./queries/base.ts";
import { healthyDockerfile, project, slim } from "./queries/example.ts";
import { rootImage } from "./queries/settings.ts";
import { at, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const lockWith = (...tags: readonly string[]): string =>
  `version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "fastapi"\nversion = "0.121.0"\nsource = { registry = "https://index.example/simple" }\ndependencies = [{ name = "speedups" }]\nwheels = [{ url = "https://index.example/fastapi-0.121.0-py3-none-any.whl" }]\n\n[[package]]\nname = "reactions"\nversion = "1.0.0"\nsource = { virtual = "." }\ndependencies = [\n    { name = "fastapi" },\n    { name = "uvicorn" },\n]\n\n[package.metadata]\nrequires-dist = [\n    { name = "fastapi", specifier = "==0.121.0" },\n    { name = "uvicorn", specifier = "==0.38.0" },\n]\n\n[[package]]\nname = "speedups"\nversion = "2.1.0"\nsource = { registry = "https://index.example/simple" }\nsdist = { url = "https://index.example/speedups-2.1.0.tar.gz" }\nwheels = [\n${tags.map((tag) => `    { url = "https://index.example/speedups-2.1.0-${tag}-manylinux_2_17_x86_64.whl" },\n`).join("")}]\n\n[[package]]\nname = "uvicorn"\nversion = "0.38.0"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://index.example/uvicorn-0.38.0-py3-none-any.whl" }]\n`;
const service = (...tags: readonly string[]) =>
  project({ Dockerfile: healthyDockerfile, "uv.lock": lockWith(...tags) });

export const pythonNotMature: Rule = {
  id: "python-not-mature",
  title: "The base's Python is newer than the wheels of a dependency",
  why: "A package with compiled parts publishes a wheel for each minor version of Python. Where the locked version has none for the base's, it is built from source: with a compiler in the builder, in minutes, or not at all. Pre-releases of Python have hardly any.",
  source: "analyzers.md 5.3 IMG006: found by no other tool; document 002, technical debt 5",
  severity: "warning",
  confidence: "certain",
  advice: "Take a base with a Python that the locked wheels are for, or upgrade the package in the lock.",
  aliases: ["IMG006"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      service("cp311-cp311", "cp312-cp312"),
      project({ Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.15-rc-slim-trixie") }),
    ],
    good: [
      service("cp312-cp312", "cp313-cp313"),
      service("cp39-abi3"),
      service("py3-none"),
      project({ Dockerfile: healthyDockerfile }),
    ],
  },
  *check({ dockerfile, service: { lock, dependencies }, read }) {
    const stage = shippedStage(dockerfile);
    if (stage === undefined) return;
    const base = baseOf(rootImage(dockerfile, stage));
    const minor = /^3\.(\d+)/.exec(base.python ?? "")?.[1];
    if (minor === undefined) return;
    const where = at(dockerfile, stage.from);
    if (/^3\.\d+(?:\.\d+)?-?(?:rc|a|b)\d*\b/.test(base.tag ?? ""))
      yield { message: `${base.reference} is a pre-release of Python.`, where };
    if (lock?.path !== "uv.lock") return;
    const text = read?.(lock.path) ?? "";
    const without = dependencies.runtimeClosure.filter((name) => needsBuilding(text, name, Number(minor)));
    if (without.length > 0)
      yield {
        message: `The lock has wheels for other versions of Python, but none for 3.${minor}: ${without.join(", ")}.`,
        where,
      };
  },
};

/** It has wheels for Linux or for every system, and all of them are for other versions of CPython. */
function needsBuilding(lock: string, name: string, minor: number): boolean {
  const start = lock.indexOf(`[[package]]\nname = "${name}"\n`);
  if (start < 0) return false;
  const next = lock.indexOf("\n[[package]]", start);
  const wheels = [...lock.slice(start, next < 0 ? undefined : next).matchAll(/-(\w[\w.]*)-(\w[\w.]*)-([\w.]+)\.whl"/g)];
  const usable = wheels.filter(([, , , platform = ""]) => /linux|^any$/.test(platform));
  return usable.length > 0 && usable.every(([, python = "", abi = ""]) => !fits(python, abi, minor));
}

const fits = (python: string, abi: string, minor: number): boolean =>
  python.split(".").some((tag) => {
    if (tag.startsWith("py")) return true;
    const of = /^cp3(\d+)$/.exec(tag)?.[1];
    // What is no CPython tag (PyPy's) fits no CPython.
    return of !== undefined && (Number(of) === minor || (abi === "abi3" && Number(of) <= minor));
  });
