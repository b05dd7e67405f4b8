import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding, Pin, Plan, RenderedFile } from "../../src/model/types.ts";
import { analyze, treeWith } from "../../src/pipeline/analyze.ts";
import { makePlan } from "../../src/planner/make-plan.ts";
import { renderFiles } from "../../src/planner/render.ts";
import { debianSlim } from "../../src/profiles/debian-slim.ts";
import { memoryTree, type MemoryTreeOptions, type Tree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";

/** The example ragstar as it is found and settled, reworked as the pipeline does it; `planted` breaks it by hand. */
const EXAMPLE = "examples/ragstar";
type Files = Readonly<Record<string, string>>;

export const found: Files = Object.fromEntries(
  readdirSync(EXAMPLE, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && !/__pycache__|\.venv|settle\.sh|uv\.lock/.test(join(entry.parentPath, entry.name)),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(EXAMPLE.length + 1), readFileSync(path, "utf8")]),
);
export const text = (name: string): string => found[name] ?? "";

const requirements = [...text("pyproject.toml").matchAll(/^ {2}"([\w-]+)==([\d.]+)",$/gm)].map(
  ([, name = "", version = ""]) => ({ name, version }),
);
const development = new Set(["httpx2", "pytest", "ruff"]);
const runtime = requirements.filter(({ name }) => !development.has(name));
const wanted = (all: readonly { readonly name: string; readonly version: string }[]): string =>
  all.map(({ name, version }) => `{ name = "${name}", specifier = "==${version}" }`).join(", ");
const named = (all: readonly { readonly name: string }[]): string =>
  all.map(({ name }) => `{ name = "${name}" }`).join(", ");

/** A lock in step with the example's pyproject.toml: exact pins, and no more than the rules look at. */
export const lock = [
  'version = 1\nrevision = 3\nrequires-python = ">=3.12"\n',
  ...requirements.map(
    ({ name, version }) =>
      `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://index.example/${name}-${version}-py3-none-any.whl" }]\n`,
  ),
  `[[package]]\nname = "ragstar"\nversion = "0.2.0"\nsource = { editable = "." }\ndependencies = [${named(runtime)}]\n`,
  `[package.dev-dependencies]\ndev = [${named(requirements.filter(({ name }) => development.has(name)))}]\n`,
  `[package.metadata]\nrequires-dist = [${wanted(runtime)}]\n`,
  `[package.metadata.requires-dev]\ndev = [${wanted(requirements.filter(({ name }) => development.has(name)))}]\n`,
].join("\n");

const without = (file: string): string =>
  text(file)
    .split("\n")
    .filter((line) => line !== "uv.lock")
    .join("\n");

/** After settle.sh: the lock is in git and in the build. */
export const settled: Files = {
  ...found,
  "uv.lock": lock,
  ".gitignore": without(".gitignore"),
  ".dockerignore": without(".dockerignore"),
};

export interface Rework {
  readonly tree: Tree;
  readonly findings: readonly Finding[];
  readonly plan: Plan;
  readonly pins: readonly Pin[];
  readonly files: readonly RenderedFile[];
  readonly dockerfile: string;
  readonly dockerignore: string;
  /** What the rules say about the image as it is reworked. */
  readonly after: readonly Finding[];
}

export async function rework(files: Files, options: MemoryTreeOptions = {}): Promise<Rework> {
  const tree = memoryTree(files, options);
  const { service, dockerfile, findings } = await analyze(tree, rules);
  const overrides = { user: { uid: 1000, gid: 1000 }, output: "Dockerfile" };
  const plan = makePlan({
    service,
    profile: debianSlim,
    findings,
    dockerfile,
    overrides,
    uvVersion: "0.13.8",
    testsAsked: true,
  });
  const pins = [plan.image.base.image, plan.image.uv.image].map((image): Pin => ({
    image,
    digest: `sha256:${"a".repeat(64)}`,
    platform: "linux/amd64",
    resolvedAt: undefined,
    from: "registry.example",
  }));
  const rendered = renderFiles({ plan, pins, service, existing: { Makefile: files["Makefile"] ?? "" } });
  const again = await analyze(treeWith(tree, rendered), rules, { dockerfile: "Dockerfile" });
  const content = (path: string) => rendered.find((file) => file.path === path)?.content ?? "";
  return {
    tree,
    findings,
    plan,
    pins,
    files: rendered,
    dockerfile: content("Dockerfile"),
    dockerignore: content("Dockerfile.dockerignore"),
    after: again.findings,
  };
}

export const ids = (findings: readonly Finding[]): readonly string[] => findings.map(({ rule }) => rule);
export const of = (findings: readonly Finding[], rule: string): readonly string[] =>
  findings.filter((finding) => finding.rule === rule).map(({ message }) => message);
export const blocking = ({ plan }: Rework): readonly string[] =>
  plan.refusals.filter((refusal) => refusal.blocking === true).map(({ id }) => id);

/** The settled example with one text of a file replaced; throws when it is not there, so that the faults stay true. */
export function planted(file: string, from: string, to: string): Files {
  const before = settled[file] ?? "";
  if (!before.includes(from)) throw new Error(`${file} does not hold: ${from}`);
  return { ...settled, [file]: before.replace(from, () => to) };
}

export const asFound = (): Promise<Rework> =>
  rework(
    { ...found, "uv.lock": lock },
    {
      untracked: ["uv.lock"],
      gitIgnored: { "uv.lock": { file: ".gitignore", line: lineOf(".gitignore"), text: "uv.lock" } },
    },
  );
export const lineOf = (file: string): number => text(file).split("\n").indexOf("uv.lock") + 1;
