import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding, Pin, Plan } from "../../src/model/types.ts";
import { analyze, treeWith } from "../../src/pipeline/analyze.ts";
import { brokenPromises } from "../../src/pipeline/promises.ts";
import { makePlan } from "../../src/planner/make-plan.ts";
import { renderFiles } from "../../src/planner/render.ts";
import { amazonlinux2023 } from "../../src/profiles/amazonlinux2023.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";

/** The example benchling-webhook with a lock in step, reworked as the pipeline does it; `planted` breaks it by hand. */
const EXAMPLE = "examples/benchling-webhook/docker";
type Files = Readonly<Record<string, string>>;

const found: Files = Object.fromEntries(
  readdirSync(EXAMPLE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/__pycache__|\.venv|uv\.lock/.test(join(entry.parentPath, entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(EXAMPLE.length + 1), readFileSync(path, "utf8")]),
);

const pins = (text: string) =>
  [...text.matchAll(/^ {4}"([\w-]+)(?:\[([\w,]+)\])?==([\d.]+)",$/gm)].map(
    ([, name = "", extras = "", version = ""]) => ({ name, extras, version }),
  );
const [runtimePart = "", developmentPart = ""] = (found["pyproject.toml"] ?? "").split(
  "[project.optional-dependencies]",
);
const runtime = pins(runtimePart);
const development = pins(developmentPart);

const wanted = (all: ReturnType<typeof pins>, marker = ""): readonly string[] =>
  all.map(({ name, extras, version }) => {
    const listed =
      extras === ""
        ? ""
        : `extras = [${extras
            .split(",")
            .map((extra) => `"${extra}"`)
            .join(", ")}], `;
    return `{ name = "${name}", ${listed}${marker}specifier = "==${version}" }`;
  });

/** A lock in step with the example's pyproject.toml: exact pins, and no more than the rules look at. */
const lock = [
  'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n',
  ...[...runtime, ...development].map(
    ({ name, version }) =>
      `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://index.example/${name}-${version}-py3-none-any.whl" }]\n`,
  ),
  `[[package]]\nname = "benchling-webhook"\nversion = "0.9.0"\nsource = { editable = "." }\ndependencies = [${runtime.map(({ name }) => `{ name = "${name}" }`).join(", ")}]\n`,
  `[package.optional-dependencies]\ndev = [${development.map(({ name }) => `{ name = "${name}" }`).join(", ")}]\n`,
  `[package.metadata]\nrequires-dist = [${[...wanted(runtime), ...wanted(development, `marker = "extra == 'dev'", `)].join(", ")}]\nprovides-extras = ["dev"]\n`,
].join("\n");

export const files: Files = { ...found, "uv.lock": lock };
export const OVERRIDES = {
  output: "Dockerfile",
  base: { python: "3.11" },
  user: { uid: 1000 },
  command: "gunicorn",
} as const;
const DIGEST = `sha256:${"a".repeat(64)}`;
/** The one that was invented began so. */
export const INVENTED = `sha256:${"30fe896e".repeat(8)}`;

export interface Rework {
  readonly plan: Plan;
  readonly dockerfile: string;
  readonly findings: readonly Finding[];
  readonly broken: readonly unknown[];
}

export async function rework(
  overrides: Readonly<Record<string, unknown>> = OVERRIDES,
  { digest = DIGEST }: { readonly digest?: string | undefined } = {},
): Promise<Rework> {
  const tree = memoryTree(files);
  const { service, dockerfile, findings } = await analyze(tree, rules);
  const plan = makePlan({
    service,
    profile: amazonlinux2023,
    findings,
    dockerfile,
    overrides,
    uvVersion: "0.13.8",
    testsAsked: true,
  });
  const resolved = [plan.image.base.image, plan.image.uv.image].map((image): Pin => ({
    image,
    digest: digest === "" ? undefined : digest,
    platform: "linux/amd64",
    resolvedAt: undefined,
    from: "registry.example",
  }));
  const rendered = renderFiles({ plan, pins: resolved, service, existing: { Makefile: files["Makefile"] ?? "" } });
  const again = await analyze(treeWith(tree, rendered), rules, { dockerfile: "Dockerfile" });
  const text = rendered.find((file) => file.path === "Dockerfile")?.content ?? "";
  return {
    plan,
    dockerfile: text,
    findings: again.findings,
    broken: brokenPromises(plan.decisions, again.findings, resolved),
  };
}

/** What the rules say about the reworked Dockerfile after a hand has changed it. */
export async function planted(change: (dockerfile: string) => string): Promise<readonly Finding[]> {
  const { dockerfile } = await rework();
  const changed = change(dockerfile);
  if (changed === dockerfile) throw new Error("The fault was not planted.");
  return (await analyze(memoryTree({ ...files, Dockerfile: changed }), rules)).findings;
}
/** The command of the image that ships: the last one, since the stage of the tests has its own. */
export const command = (words: string) => (dockerfile: string) =>
  dockerfile.replace(/^CMD .*$(?![\s\S]*^CMD )/m, () => `CMD ${words}`);
export const ids = (findings: readonly Finding[]): readonly string[] => findings.map(({ rule }) => rule);
export const of = (findings: readonly Finding[], rule: string): string =>
  findings
    .filter((finding) => finding.rule === rule)
    .map(({ message }) => message)
    .join("\n");
export const instructions = (dockerfile: string): string => dockerfile.replaceAll(/^\s*#.*\n/gm, "");
