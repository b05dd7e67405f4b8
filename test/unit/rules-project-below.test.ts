import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { readIgnore } from "../../src/dockerfile/ignore.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";
import { healthy, healthyDockerfile, project } from "../../src/rules/queries/example.ts";
import type { Project, Rule } from "../../src/rules/rule.ts";
import { below } from "../support/below.ts";

async function judged(rule: Rule, files: Project) {
  const lines = (files[".gitignore"] ?? "").split("\n");
  const hidden = lines.filter((line) => Object.hasOwn(files, line));
  const tree = memoryTree(files, {
    untracked: hidden,
    gitIgnored: Object.fromEntries(hidden.map((file) => [file, { file: ".gitignore", line: 1, text: file }])),
  });
  const service = await readService(tree);
  const dockerfile = parseDockerfile("Dockerfile", files["Dockerfile"] ?? "");
  const ignore = readIgnore(files[".dockerignore"] ?? "");
  const found = [...rule.check({ dockerfile, service, ignore, read: (path) => tree.read(path) })];
  return { service, found };
}

/** Rules that judge by what the project's own files say, or by where they lie. */
const OF_THE_PROJECT = new Set([
  "app-files-writable-by-runtime-user",
  "convention-file-not-in-image",
  "dependencies-not-pinned",
  "dependency-layer-invalidated-by-source",
  "dev-dependencies-in-final",
  "editable-install-shipped",
  "empty-project-installed",
  "environment-left-behind",
  "file-lookup-leaves-package",
  "git-missing-for-dependency",
  "install-beside-lock",
  "local-package-missing",
  "lock-not-in-context",
  "lock-not-tracked",
  "lock-pinned-to-mirror",
  "lock-stale",
  "no-wheel-for-musl",
  "project-installed-before-source",
  "project-metadata-missing",
  "project-not-installed",
  "python-not-mature",
  "python-outside-requires-python",
  "python-pin-differs",
  "sdist-needs-compiler",
  "server-not-installed",
  "server-only-for-development",
  "several-locks",
  "sync-without-frozen-or-locked",
  "version-from-git-unavailable",
]);

describe("with the project in a folder below the Dockerfile's, each example is judged as at the top by", () => {
  const chosen = rules.filter(({ id }) => OF_THE_PROJECT.has(id));

  it.each(chosen.map((rule) => [rule.id, rule] as const))("%s", async (_, rule) => {
    let bad = 0;
    for (const side of ["bad", "good"] as const)
      for (const [index, example] of rule.examples[side].entries()) {
        const { service, found } = await judged(rule, below(example));
        // A list of pip's is found by its name, wherever it lies.
        if (service.projectFolder === undefined) continue;
        expect.soft(found.length > 0, `${side} ${index}: ${found[0]?.message}`).toBe(side === "bad");
        if (side === "bad") bad += 1;
      }
    expect(bad).toBeGreaterThan(0);
  });

  it("all that are named here", () => expect(chosen).toHaveLength(OF_THE_PROJECT.size));
});

const ruleOf = (id: string): Rule => rules.find((rule) => rule.id === id) as Rule;

describe("what is said of such a project names its real files", () => {
  it("by lock-stale", async () => {
    const drifted = project({
      Dockerfile: healthyDockerfile,
      "pyproject.toml": (healthy["pyproject.toml"] ?? "").replace("fastapi==0.121.0", "fastapi==0.122.0"),
    });
    const { found } = await judged(ruleOf("lock-stale"), below(drifted));
    expect(found[0]?.message).toBe("backend/uv.lock does not match backend/pyproject.toml: fastapi==0.122.0");
    expect(found[0]?.where).toMatchObject({ file: "backend/pyproject.toml", line: 5 });
  });

  it("by lock-not-tracked", async () => {
    const { found } = await judged(
      ruleOf("lock-not-tracked"),
      below(project({ Dockerfile: healthyDockerfile, "uv.lock": "" })),
    );
    expect(found[0]?.message).toContain("the repository holds no backend/uv.lock");
  });
});
