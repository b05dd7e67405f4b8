import type { Dependency, Service, TestSpec } from "../model/types.ts";
import type { Choice, Decider, Facts } from "./decider.ts";
import { configured, override } from "./shared/override.ts";
import { list, shown } from "./shared/say.ts";

/** Linters that print one line for each finding, and how they are asked to. */
const LINTERS: Readonly<Record<string, readonly string[]>> = {
  ruff: ["ruff", "check", "--no-cache", "--output-format=concise", "."],
  flake8: ["flake8", "--exclude=.venv", "."],
};
const WANTED = new Set(["pytest", "pytest-cov", ...Object.keys(LINTERS)]);

/** Settings of the tools, where a project keeps them apart from pyproject.toml. */
const SETTINGS = /^(conftest\.py|pytest\.(ini|toml)|tox\.ini|setup\.cfg|\.coveragerc|\.?ruff\.toml|\.flake8)$/;
const TEST_FILE = /(^|\/)(test_[^/]*|[^/]*_test)\.py$/;

type Sets = Readonly<Record<string, readonly Dependency[]>>;

/** Groups or extras that name one of the tools. */
const withTools = (sets: Sets): readonly string[] =>
  Object.entries(sets)
    .filter(([, dependencies]) => dependencies.some(({ name }) => WANTED.has(name)))
    .map(([name]) => name)
    .filter((name) => /^[\w.-]+$/.test(name))
    .toSorted();

/** Folders and files that hold tests, and what they are set up by. Tests inside the code come with the code. */
function testPaths({ files, packaging }: Service): readonly string[] {
  const inCode = (file: string) => packaging.importPackages.some((folder) => file.startsWith(`${folder}/`));
  const tests = files.filter((file) => TEST_FILE.test(file) && !inCode(file));
  const tops = tests.map((file) => file.split("/")[0] ?? file);
  const plain = [...new Set(tops)].filter((path) => /^[\w@][\w@./-]*$/.test(path)).toSorted();
  return plain.length === 0 ? [] : [...plain, ...files.filter((file) => SETTINGS.test(file) && !plain.includes(file))];
}

/** Folders that are measured; of a project that is no package, its application's. */
function measured(service: Service): readonly string[] {
  const { importPackages } = service.packaging;
  if (importPackages.length > 0) return importPackages;
  const module = service.application?.value.module.split(".")[0];
  return module === undefined ? [] : [module];
}

const rejected = [
  { option: "the tests in the image that ships", because: "they and their tools would be one more thing to patch" },
  {
    option: "a Dockerfile of their own",
    because: "it would drift, and prove another set of dependencies than the one that ships",
  },
];

/** Whether the service's own tests can be run on what the image is made of, and with what. */
export const tests: Decider = {
  id: "tests",
  title: "Stage for the service's own tests",
  after: ["sync", "copies", "uv"],
  resolves: [],
  decide(facts: Facts): Choice {
    const { service } = facts;
    const { groups, extras, runtime } = service.dependencies;
    const declared = [runtime, ...Object.values(groups), ...Object.values(extras)].flat();
    const has = (wanted: string) => declared.some(({ name }) => name === wanted);
    const copies = override(facts, "tests.copies", "list") ?? testPaths(service);
    const [inGroups, inExtras] = [withTools(groups), withTools(extras)];
    const places = declared.filter(({ name }) => name === "pytest").map(({ place }) => `${place.file}:${place.line}`);
    if (!has("pytest") || copies.length === 0)
      return {
        value: {},
        choice: "none",
        because: has("pytest")
          ? "No tracked file is a test that pytest would find."
          : "No group, extra or dependency of the project has pytest, and dependencies are never added.",
        evidence: [],
        rejected: rejected.slice(0, 1),
      };
    if (service.pip !== undefined)
      return {
        value: {},
        choice: "none",
        because: "The lists that pip installs do not say which of them the tests need beside those that ship.",
        evidence: [],
        rejected: rejected.slice(0, 1),
      };
    const linter = Object.keys(LINTERS).find(has);
    if (!facts.testsAsked && facts.overrides["tests"] === undefined)
      return {
        value: {},
        choice: "none",
        because:
          "Nobody asks for it: no requirement rests on the service's own tests, so they stay out of the build context. `--tests` adds the stage.",
        evidence: [],
        rejected: rejected.slice(0, 1),
      };
    const lint = override(facts, "tests.lint", "list") ?? (linter === undefined ? undefined : LINTERS[linter]);
    const value: TestSpec = {
      groups: inGroups,
      extras: inExtras,
      copies,
      command: override(facts, "tests.command", "list") ?? ["python", "-m", "pytest", "-p", "no:cacheprovider"],
      coverage: has("pytest-cov") ? measured(service) : [],
      ...(lint === undefined ? {} : { lint }),
    };
    const sets = [...inGroups.map((name) => `group ${name}`), ...inExtras.map((name) => `extra ${name}`)];
    return {
      value: { tests: value },
      choice: `target \`test\`: ${list(copies.map((path) => `\`${path}\``))}${sets.length === 0 ? "" : ` with ${list(sets)}`}, run by \`${shown(value.command)}\``,
      because: [
        "The tests run on the very dependencies that ship, from the same lock, with the project's own tools added.",
        "No other stage uses this one, so it is in no image that ships and is built only when it is asked for.",
        ...(facts.overrides["tests"] === undefined ? [] : [configured("tests")]),
      ].join(" "),
      evidence: places,
      rejected,
    };
  },
};
