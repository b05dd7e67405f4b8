import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checks } from "../../src/checks/index.gen.ts";
import { decisions } from "../../src/decisions/index.gen.ts";
import { readIgnore } from "../../src/dockerfile/ignore.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import type { Evidence } from "../../src/model/types.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree, type Tree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";
import {
  builder,
  depending,
  healthcheck,
  healthy,
  project as serviceOf,
  runtime,
  slim,
  startLine,
} from "../../src/rules/queries/example.ts";
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

/** The first of droast's ids: ignoring one of them must not hide a rule about something else. */
const OF_DROAST: Readonly<Record<string, readonly string[]>> = {
  DF001: ["base-floating-tag"],
  DF002: ["runs-as-root"],
  DF003: [],
  DF004: ["package-lists-left"],
  DF005: [],
  DF006: ["add-instead-of-copy"],
  DF007: ["context-too-broad"],
  DF008: [],
  DF009: ["relative-workdir"],
  DF010: ["sudo-in-image"],
  DF011: ["single-stage-with-build-tooling"],
  DF012: ["healthcheck-missing"],
  DF013: ["credentials-in-url", "password-set-in-build"],
  DF014: ["secret-in-arg-or-env"],
  DF015: ["package-confirmation-missing"],
  DF016: ["recommends-installed"],
  DF017: [],
};

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

  it("names sources that a reader can look up, and no notes of our own", () => {
    const told = [...rules, ...checks].filter(
      ({ source }) => source === "" || /\btraps? T\d|\bissue \d|\.md\b/i.test(source),
    );
    expect(told.map(({ id }) => id)).toEqual([]);
  });

  it("gives droast's ids the meaning that they have there", () => {
    const named = (alias: string) => rules.filter(({ aliases }) => aliases.includes(alias)).map(({ id }) => id);
    expect(Object.fromEntries(Object.keys(OF_DROAST).map((alias) => [alias, named(alias)]))).toEqual(OF_DROAST);
  });

  it("is named by decisions and names checks only by ids that there are", () => {
    const ids = new Set(rules.map(({ id }) => id));
    const proofs = new Set(checks.map(({ id }) => id));
    expect(decisions.flatMap(({ resolves }) => resolves.filter((id) => !ids.has(id)))).toEqual([]);
    expect(rules.flatMap(({ provenBy }) => provenBy.filter((id) => !proofs.has(id)))).toEqual([]);
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

/** Other shapes that are as good; a rule that fires on one of them cries wolf. */
const healthyShapes: Readonly<Record<string, Project>> = {
  "an entrypoint that migrates and hands over": serviceOf({
    Dockerfile: `${builder}${runtime}COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n${startLine}`,
    "entrypoint.sh": '#!/bin/sh\nset -eu\nalembic upgrade head\nexec "$@"\n',
  }),
  "one base for both stages": serviceOf({
    Dockerfile:
      `FROM ${slim} AS base\nENV PYTHONUNBUFFERED=1\n` +
      `${builder.replace(`FROM ${slim} AS builder`, "FROM base AS builder")}${runtime.replace(`FROM ${slim}`, "FROM base AS runtime")}${startLine}`,
  }),
  "an init in front": serviceOf({
    Dockerfile: `${builder}${runtime.replace(
      "RUN groupadd",
      "RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*\nRUN groupadd",
    )}ENTRYPOINT ["tini", "--"]\n${startLine}`,
  }),
  "Alpine throughout": serviceOf({
    Dockerfile: `${builder}${runtime.replace(
      /RUN groupadd[^]*?nologin app\n/,
      "RUN addgroup -g 1001 app && adduser -D -H -u 1001 -G app -s /sbin/nologin app\n",
    )}${startLine}`.replaceAll(slim, `python:3.13-alpine3.22@sha256:${"d".repeat(64)}`),
  }),
  "gunicorn with workers, and a variable port": serviceOf({
    ...depending("gunicorn 23.0.0", "uvicorn-worker 0.4.0"),
    Dockerfile:
      `${builder}${runtime}` +
      `CMD ["sh", "-c", "exec gunicorn app.main:app -k uvicorn_worker.UvicornWorker --bind \\"0.0.0.0:\${PORT:-8000}\\" --graceful-timeout 20"]\n`,
  }),
  "build arguments for versions": serviceOf({
    Dockerfile: `ARG PYTHON=${slim}\n${`${builder}${runtime}${startLine}`.replaceAll(`FROM ${slim}`, "FROM ${PYTHON}")}`,
  }),
  "curl installed for the health check": serviceOf({
    Dockerfile: `${builder}${runtime
      .replace(
        "RUN groupadd",
        "RUN apt-get update && apt-get install -y --no-install-recommends curl \\\n    && rm -rf /var/lib/apt/lists/*\nRUN groupadd",
      )
      .replace(
        healthcheck,
        "HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD curl -fsS http://127.0.0.1:8000/health || exit 1\n",
      )}${startLine}`,
  }),
  "a heredoc for the system packages": serviceOf({
    Dockerfile: `${builder}${runtime.replace(
      "RUN groupadd",
      "RUN <<EOF\nset -eu\napt-get update\napt-get install -y --no-install-recommends libpq5\nrm -rf /var/lib/apt/lists/*\nEOF\nRUN groupadd",
    )}${startLine}`,
  }),
  "no uv at all": serviceOf({
    Dockerfile:
      `FROM ${slim} AS builder\nRUN python -m venv /app/.venv\nENV PATH="/app/.venv/bin:$PATH"\nCOPY requirements.txt .\n` +
      `RUN pip install --no-cache-dir --require-hashes -r requirements.txt\n\n${runtime}${startLine}`,
    "pyproject.toml": "",
    "uv.lock": "",
    "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n",
  }),
};

describe("healthy services of other shapes", () => {
  it.each(Object.entries(healthyShapes))("have no findings: %s", async (_, shape) => {
    const input = await inputOf(shape);
    expect(rules.flatMap((rule) => [...rule.check(input)].map(({ message }) => `${rule.id}: ${message}`))).toEqual([]);
  });
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
  const offeredBy = async (rule: Rule, project: Project) =>
    (await findings(rule, project)).flatMap(({ fix }) => fix?.edits ?? []);

  it.each(rules.filter(({ fixes }) => fixes !== undefined).map((rule) => [rule.id, rule] as const))(
    "of %s are offered, and mend what they are offered for",
    async (_, rule) => {
      let count = 0;
      for (const project of rule.examples.bad) {
        const offered = await offeredBy(rule, project);
        if (offered.length === 0) continue;
        count += offered.length;
        const mended = { ...project };
        for (const edit of offered.toSorted((a, b) => b.start - a.start)) {
          const text = mended[edit.file] ?? "";
          mended[edit.file] = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
        }
        expect((await findings(rule, mended)).filter(({ fix }) => fix !== undefined)).toEqual([]);
      }
      expect(count).toBeGreaterThan(0);
    },
  );

  it("are offered by no rule that does not say so", async () => {
    for (const rule of rules.filter(({ fixes }) => fixes === undefined))
      for (const project of rule.examples.bad) expect.soft(await offeredBy(rule, project), rule.id).toEqual([]);
  }, 60_000);
});
