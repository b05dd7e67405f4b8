import { describe, expect, it } from "vitest";
import { brokenPromises } from "../../src/pipeline/promises.ts";
import { rules } from "../../src/rules/index.gen.ts";
import { planted, of, rework, text, settled, ids, blocking, asFound } from "../support/ragstar-example.ts";

/**
 * What broke at RAGstar after its image was reworked, from its history. Each fault is planted by hand in
 * examples/ragstar and must be caught; the rework of the example must not have it.
 */

describe("the example as it is found", () => {
  it("has every fault of its README, each found by the rules that are named there", async () => {
    const [, table = ""] = text("README.md").split("| Found by |\n");
    const known = new Set(rules.map(({ id }) => id));
    const promised = [...(table.split("\n\n")[0] ?? "").matchAll(/`([a-z-]+)`/g)].map(([, id = ""]) => id);
    const wantedRules = promised.filter((id) => known.has(id));
    expect(wantedRules.length).toBeGreaterThan(12);
    const seen = new Set(ids((await asFound()).findings));
    expect(wantedRules.filter((id) => !seen.has(id))).toEqual([]);
  });
});

describe("the reworked example", () => {
  it("is not refused, keeps every promise, and leaves no error and no warning", async () => {
    const after = await rework(settled);
    expect(blocking(after)).toEqual([]);
    expect(brokenPromises(after.plan.decisions, after.after, after.pins)).toEqual([]);
    expect(after.after.filter(({ severity }) => severity !== "note").map(({ rule }) => rule)).toEqual([]);
  });

  it("requires what the service requires, and offers the folder of its database", async () => {
    const { contract, image } = (await rework(settled)).plan;
    expect(contract.env.filter(({ required }) => required).map(({ name }) => name)).toEqual(["RAGSTAR_OLLAMA_URL"]);
    expect(contract.writablePaths).toEqual(["/tmp", "/app/ragstar_db"]);
    expect(image.copies.map(({ to }) => to)).toEqual(["/app/ragstar.yaml"]);
    expect(image.env["RAGSTAR_CONFIG_PATH"]).toBe("/app/ragstar.yaml");
  });
});

describe("git taken out of the image (33f4ec7: every build of a repository failed)", () => {
  const withoutGit = planted("Dockerfile", "curl git", "curl");

  it("is caught when a hand does it", async () => {
    expect(of((await rework(withoutGit)).findings, "program-not-installed").join()).toMatch(/git/);
  });

  it("is caught when only a library calls it", async () => {
    const files = {
      ...withoutGit,
      "pyproject.toml": text("pyproject.toml").replace('"httpx==0.28.1"', '"gitingest==0.3.1"'),
      "src/ragstar/repository.py": "from gitingest import ingest\n",
    };
    expect(of((await rework(files)).findings, "program-not-installed").join()).toMatch(/gitingest/);
  });

  it("does not happen in the rework, even where today's image has lost it", async () => {
    for (const files of [settled, withoutGit]) {
      const { plan, dockerfile, after } = await rework(files);
      expect(plan.image.packages.runtime).toEqual(["git"]);
      expect(dockerfile.slice(dockerfile.indexOf("AS runtime"))).toMatch(/apt-get install .*\bgit\b/);
      expect(ids(after)).not.toContain("program-not-installed");
    }
  });
});

describe("chown -R over the environment (both Dockerfiles: the environment is in two layers)", () => {
  it("is caught", async () => {
    expect(ids((await rework(settled)).findings)).toContain("recursive-chown-duplicates-layer");
  });

  it("is not in the rework: owners are set while copying", async () => {
    const { dockerfile, after } = await rework(settled);
    expect(dockerfile).not.toMatch(/^[^#]*chown (?:-R|--recursive)/m);
    expect(dockerfile).toContain("COPY --from=builder --chown=0:0 /app/.venv /app/.venv");
    expect(dockerfile).toContain("install -d -o 1000 -g 0 -m 0770 /app/ragstar_db");
    expect(ids(after)).not.toContain("recursive-chown-duplicates-layer");
  });
});

describe("a cache mount that misses the cache (c7acdc0: the cache was in the image)", () => {
  it("is caught", async () => {
    expect(of((await rework(settled)).findings, "uv-cache-in-image").join()).toContain("/app/.cache/uv");
  });

  it("is where uv looks for it in the rework", async () => {
    const { dockerfile, after } = await rework(settled);
    const [, cache] = /UV_CACHE_DIR=(\S+)/.exec(dockerfile) ?? [];
    expect(dockerfile).toContain(`--mount=type=cache,target=${cache}`);
    expect(ids(after)).not.toContain("uv-cache-in-image");
  });
});

describe("uid 1000 (a volume in the cluster belongs to it: fsGroup 1000)", () => {
  it("is the number in USER, without a login shell", async () => {
    const { dockerfile, findings, after } = await rework(settled);
    expect(ids(findings)).toContain("user-not-numeric");
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    expect(dockerfile).toMatch(/useradd .*--uid 1000 .*--shell \/usr\/sbin\/nologin/);
    expect(ids(after)).not.toContain("user-not-numeric");
  });
});
