import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readIgnore } from "../../src/dockerfile/ignore.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import type { Evidence } from "../../src/model/types.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree, type Tree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";
import { healthy } from "../../src/rules/queries/example.ts";
import type { Project, Rule, RuleFinding, RuleInput } from "../../src/rules/rule.ts";

/** The example as a tree: files that its own .gitignore names word for word are there, but not tracked. */
function treeOf(project: Project): Tree {
  const lines = (project[".gitignore"] ?? "").split("\n");
  const gitIgnored: Record<string, Evidence> = {};
  for (const [index, text] of lines.entries())
    if (Object.hasOwn(project, text)) gitIgnored[text] = { file: ".gitignore", line: index + 1, text };
  return memoryTree(project, { untracked: Object.keys(gitIgnored), gitIgnored });
}

async function inputOf(project: Project): Promise<RuleInput> {
  const tree = treeOf(project);
  return {
    dockerfile: parseDockerfile("Dockerfile", project["Dockerfile"] ?? ""),
    service: await readService(tree),
    ignore: readIgnore(project[".dockerignore"] ?? ""),
    read: (path) => tree.read(path),
  };
}

const findings = async (rule: Rule, project: Project): Promise<readonly RuleFinding[]> => [
  ...rule.check(await inputOf(project)),
];

describe("the catalogue", () => {
  it("has every id once, and the file's name is the id", () => {
    const ids = rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const index = readFileSync("src/rules/index.gen.ts", "utf8");
    expect(ids.filter((id) => !index.includes(`"./${id}.ts"`))).toEqual([]);
  });

  it("names no alias twice within a rule", () => {
    const doubled = rules.filter(({ aliases }) => new Set(aliases).size !== aliases.length);
    expect(doubled.map(({ id }) => id)).toEqual([]);
  });

  it("says nothing about a healthy service", async () => {
    const input = await inputOf(healthy);
    expect(input.dockerfile.problems).toEqual([]);
    expect(rules.flatMap((rule) => [...rule.check(input)].map(({ message }) => `${rule.id}: ${message}`))).toEqual([]);
  });

  it.each(["", "FROM scratch\n", "not a dockerfile\n", 'CMD ["x"]\n', "FROM a AS a\nFROM a AS a\nCOPY --from=a . .\n"])(
    "survives a Dockerfile that is only %j",
    async (text) => {
      const input = await inputOf({ Dockerfile: text });
      for (const rule of rules) expect(() => [...rule.check(input)]).not.toThrow();
    },
  );
});

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (_, rule) => {
  it("has examples on both sides, and says why, whence and what to do", () => {
    expect(rule.examples.bad.length).toBeGreaterThan(0);
    expect(rule.examples.good.length).toBeGreaterThan(0);
    for (const text of [rule.why, rule.advice, rule.title, rule.source]) expect(text.length).toBeGreaterThan(5);
  });

  it.each(rule.examples.bad.map((project, index) => [index + 1, project] as const))(
    "reports bad example %i",
    async (__, project) => {
      const found = await findings(rule, project);
      expect(found.length).toBeGreaterThan(0);
      for (const { message, where, fix } of found) {
        expect(message).not.toMatch(/undefined|\[object/);
        expect(where?.line ?? 1).toBeGreaterThan(0);
        expect(fix === undefined || fix.edits.length > 0).toBe(true);
      }
    },
  );

  it.each(rule.examples.good.map((project, index) => [index + 1, project] as const))(
    "does not report good example %i",
    async (__, project) => {
      expect((await findings(rule, project)).map(({ message }) => message)).toEqual([]);
    },
  );
});

describe("fixes", () => {
  it.each(rules.flatMap((rule) => rule.examples.bad.map((project) => [rule.id, rule, project] as const)))(
    "of %s mend what they are offered for",
    async (_, rule, project) => {
      const offered = (await findings(rule, project)).flatMap(({ fix }) => fix?.edits ?? []);
      if (offered.length === 0) return;
      const mended = { ...project };
      for (const edit of offered.toSorted((a, b) => b.start - a.start)) {
        const text = mended[edit.file] ?? "";
        mended[edit.file] = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
      }
      expect((await findings(rule, mended)).filter(({ fix }) => fix !== undefined)).toEqual([]);
    },
  );
});
