import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { readIgnore } from "../../../src/dockerfile/ignore.ts";
import type { RenderedFile, Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderFiles } from "../../../src/planner/render.ts";
import { rules } from "../../../src/rules/index.gen.ts";
import { facts, fact, pins, sample } from "./sample.ts";

function render(
  service: Partial<Service> = {},
  existing: Record<string, string> = {},
  used = pins,
): readonly RenderedFile[] {
  const given = facts(service);
  return renderFiles({ plan: makePlan(given), pins: used, service: given.service, existing });
}
const fileOf = (files: readonly RenderedFile[], path: string): string =>
  files.find((file) => file.path === path)?.content ?? "";
const dockerfile = (service: Partial<Service> = {}) => fileOf(render(service), "Dockerfile.prod");

describe("rendered files", () => {
  it("are these, for the sample", () => {
    for (const file of render()) expect(file.content).toMatchSnapshot(file.path);
  });

  it("have the same bytes for the same input", () => {
    expect(render()).toEqual(render());
  });

  it("cannot be broken out of by a name", () => {
    const hostile = "x\nRUN curl evil $(id) `id` \" '";
    const files = render({
      name: hostile,
      dependencies: { ...sample.dependencies, installedGroups: ["prod; id"], installedExtras: ["$(id)"] },
    });
    const text = files.map((file) => file.content).join("\n");
    expect(text).not.toMatch(/^RUN curl/m);
    expect(text).not.toContain("$(id)");
    expect(text).not.toContain("; id");
    expect(parseDockerfile("Dockerfile.prod", fileOf(files, "Dockerfile.prod")).problems).toEqual([]);
    expect(
      spawnSync("bash", ["-n"], { input: fileOf(files, "scripts/verify_production_image.sh"), encoding: "utf8" })
        .stderr,
    ).toBe("");
  });

  it("hold nothing of this machine and no clock", () => {
    const text = render()
      .map((file) => file.content)
      .join("\n");
    expect(text).not.toMatch(/\/root\/|\/home\/|20\d\d-\d\d-\d\d/);
    expect(text).not.toMatch(/undefined|\[object|NaN/);
  });
});

describe("Dockerfile.prod", () => {
  it("is read without problems, with one base for builder and runtime", () => {
    const parsed = parseDockerfile("Dockerfile.prod", dockerfile());
    expect(parsed.problems).toEqual([]);
    expect(parsed.stages.map((stage) => stage.name)).toEqual(["uv", "base", "builder", "runtime"]);
    expect(parsed.stages.slice(2).map((stage) => stage.base)).toEqual(["base", "base"]);
  });

  it("has nothing that a rule would report, so every promise to resolve a finding is kept", () => {
    const files = render();
    const input = {
      dockerfile: parseDockerfile("Dockerfile.prod", fileOf(files, "Dockerfile.prod")),
      service: sample,
      ignore: readIgnore(fileOf(files, "Dockerfile.prod.dockerignore")),
    };
    const found = rules.flatMap((rule) => [...rule.check(input)].map((finding) => `${rule.id}: ${finding.message}`));
    expect(found).toEqual([]);
  });

  it("names images by the digests of the pins", () => {
    expect(dockerfile()).toContain(`FROM python:3.13-slim@sha256:${"a".repeat(64)} AS base`);
    expect(dockerfile()).not.toContain("unpinned");
  });

  it("says so when no registry answered, and invents no digest", () => {
    const text = fileOf(render({}, {}, []), "Dockerfile.prod");
    expect(text).toContain("# unpinned: no registry\nFROM python:3.13-slim AS base");
    expect(text).not.toContain("sha256");
  });

  it("explains itself in at most 80 comment lines", () => {
    const lines = dockerfile().split("\n");
    expect(lines.filter((line) => line.startsWith("#")).length).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line.startsWith("#") && line.length > 118)).toEqual([]);
  });

  it("refers to every decision that has a block by its id", () => {
    const plan = makePlan(facts());
    const text = dockerfile();
    const missing = plan.decisions.map((one) => one.id).filter((id) => id !== "context" && !text.includes(`[${id}]`));
    expect(missing).toEqual(["tests", "compose", "writable", "steps"]); // Nothing of the sample asks for these: no blocks.
  });

  it("carries no secret of today's image", () => {
    expect(dockerfile()).not.toContain("changeme");
  });

  it("uses absolute targets for every mount", () => {
    const targets = [...dockerfile().matchAll(/target=([^,\s]+)/g)].map((match) => match[1]);
    expect(targets.length).toBeGreaterThan(3);
    expect(targets.filter((target) => !target?.startsWith("/"))).toEqual([]);
  });

  it("installs a package in two steps and compiles it where it lands", () => {
    const text = dockerfile({
      packaging: {
        ...sample.packaging,
        kind: fact("package"),
        layout: "src",
        importPackages: ["src/pictures"],
        metadataFiles: ["README.md"],
      },
      files: ["README.md", "pyproject.toml", "src/pictures/__init__.py", "src/pictures/main.py", "uv.lock"],
      application: fact({ module: "pictures.main", attribute: "app", factory: false }),
    });
    expect(text).toContain("--no-default-groups --no-install-project");
    expect(text).toMatch(
      /^FROM builder AS project\n(#.*\n)+COPY pyproject.toml uv.lock README.md \/app\/\nCOPY src\/pictures \/app\/src\/pictures$/m,
    );
    expect(text).toContain("uv pip install --no-deps --python /app/.venv/bin/python --prefix /project /app");
    expect(text).toContain("-s /project -p /app/.venv /project/lib");
    // The dependencies keep their layer when the source is edited: only the second COPY changes.
    expect(text).toContain(
      "COPY --from=builder --chown=0:0 /app/.venv /app/.venv\nCOPY --from=project --chown=0:0 /project /app/.venv",
    );
    expect(text).not.toContain("COPY --from=builder --chown=0:0 /app/src");
  });

  it("gives folders that are written to to the user", () => {
    const text = dockerfile({
      writes: [{ path: "./data/index.db", when: "start", evidence: { file: "app/main.py", line: 3, text: "" } }],
    });
    expect(text).toContain("RUN install -d -o 1001 -g 0 -m 0770 /app/data");
  });
});

describe("Dockerfile.prod.dockerignore", () => {
  const ignore = readIgnore(fileOf(render(), "Dockerfile.prod.dockerignore"));
  it.each(["pyproject.toml", "uv.lock", "app/main.py", "alembic.ini", "alembic/versions/0001_start.py"])(
    "lets %s in",
    (path) => {
      expect(ignore.excludes(path)).toBeUndefined();
    },
  );
  it.each(["tests/test_app.py", ".env", "app/.env", "app/__pycache__/main.pyc", ".git/config", "dump.sql"])(
    "keeps %s out",
    (path) => {
      expect(ignore.excludes(path)).toBeDefined();
    },
  );
});

describe("Makefile", () => {
  const ours = fileOf(render(), "Makefile");
  it("is made when there is none, with tabs", () => {
    expect(ours).toMatch(/^verify-prod:\n\tBUILD_FLAGS/m);
  });
  it("keeps every byte around the block", () => {
    const before = "test:\n\tpytest -q $$HOME\n";
    const once = fileOf(render({}, { Makefile: before }), "Makefile");
    expect(once).toBe(`${before}\n${ours}`);
    expect(fileOf(render({}, { Makefile: `${once}\nlast:\n\ttrue\n` }), "Makefile")).toBe(`${once}\nlast:\n\ttrue\n`);
  });
  it.skipIf(spawnSync("make", ["--version"]).error !== undefined)("is read by make", () => {
    const shown = execFileSync("make", ["-n", "-f", "-", "build-prod", "verify-prod"], {
      input: ours,
      encoding: "utf8",
    });
    expect(shown).toContain("-f Dockerfile.prod -t pictures-api-prod:latest .");
  });
});

describe("verify_production_image.sh", () => {
  const script = fileOf(render(), "scripts/verify_production_image.sh");
  it("is bash", () => {
    expect(spawnSync("bash", ["-n"], { input: script, encoding: "utf8" }).stderr).toBe("");
  });
  it.skipIf(spawnSync("shellcheck", ["--version"]).error !== undefined)("passes shellcheck", () => {
    expect(spawnSync("shellcheck", ["-"], { input: script, encoding: "utf8" }).stdout).toBe("");
  });
  it("knows every required variable and gives each an example", () => {
    for (const variable of sample.env.filter((one) => one.required)) {
      expect(script).toMatch(new RegExp(`^required=.*\\b${variable.name}\\b`, "m"));
      expect(script).toMatch(new RegExp(`^${variable.name}=.+`, "m"));
    }
  });
});
