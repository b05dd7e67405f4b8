import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Finding, Pin, Plan, RenderedFile } from "../../src/model/types.ts";
import { analyze, treeWith } from "../../src/pipeline/analyze.ts";
import { brokenPromises } from "../../src/pipeline/promises.ts";
import { makePlan } from "../../src/planner/make-plan.ts";
import { renderFiles } from "../../src/planner/render.ts";
import { debianSlim } from "../../src/profiles/debian-slim.ts";
import { memoryTree, type MemoryTreeOptions, type Tree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";

/**
 * What broke at RAGstar after its image was reworked, from its history. Each fault is planted by hand in
 * examples/ragstar and must be caught; the rework of the example must not have it.
 */
const EXAMPLE = "examples/ragstar";
type Files = Readonly<Record<string, string>>;

const found: Files = Object.fromEntries(
  readdirSync(EXAMPLE, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && !/__pycache__|\.venv|settle\.sh|uv\.lock/.test(join(entry.parentPath, entry.name)),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(EXAMPLE.length + 1), readFileSync(path, "utf8")]),
);
const text = (name: string): string => found[name] ?? "";

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
const lock = [
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
const settled: Files = {
  ...found,
  "uv.lock": lock,
  ".gitignore": without(".gitignore"),
  ".dockerignore": without(".dockerignore"),
};

interface Rework {
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

async function rework(files: Files, options: MemoryTreeOptions = {}): Promise<Rework> {
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

const ids = (findings: readonly Finding[]): readonly string[] => findings.map(({ rule }) => rule);
const of = (findings: readonly Finding[], rule: string): readonly string[] =>
  findings.filter((finding) => finding.rule === rule).map(({ message }) => message);
const blocking = ({ plan }: Rework): readonly string[] =>
  plan.refusals.filter((refusal) => refusal.blocking === true).map(({ id }) => id);

/** The settled example with one text of a file replaced; throws when it is not there, so that the faults stay true. */
function planted(file: string, from: string, to: string): Files {
  const before = settled[file] ?? "";
  if (!before.includes(from)) throw new Error(`${file} does not hold: ${from}`);
  return { ...settled, [file]: before.replace(from, () => to) };
}

const asFound = (): Promise<Rework> =>
  rework(
    { ...found, "uv.lock": lock },
    {
      untracked: ["uv.lock"],
      gitIgnored: { "uv.lock": { file: ".gitignore", line: lineOf(".gitignore"), text: "uv.lock" } },
    },
  );
const lineOf = (file: string): number => text(file).split("\n").indexOf("uv.lock") + 1;

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

describe("a lock that git ignores (9adfd71: the reworked image built on one laptop only)", () => {
  it("is refused with both lines that hide it", async () => {
    const service = await asFound();
    expect(ids(service.findings)).toContain("lock-not-tracked");
    expect(ids(service.findings)).toContain("lock-not-in-context");
    const refusal = service.plan.refusals.find(({ id }) => id === "lock-untracked");
    expect(refusal).toMatchObject({
      blocking: true,
      what: `uv.lock is not in git (.gitignore:${lineOf(".gitignore")} ignores it), and .dockerignore:${lineOf(".dockerignore")} keeps it out of today's build`,
    });
    expect(refusal?.instead).toContain("git add uv.lock");
  });

  it("is caught as a COPY by name too", async () => {
    const files = { ...found, "uv.lock": lock, Dockerfile: text("Dockerfile").replace("uv.lock*", "uv.lock") };
    const { findings } = await rework(files, { untracked: ["uv.lock"] });
    expect(of(findings, "copy-of-ignored-or-missing-file").join()).toContain("uv.lock");
  });

  it("is in the build of the rework once it is settled", async () => {
    const { dockerfile, dockerignore, after } = await rework(settled);
    expect(dockerfile).toContain("uv sync --locked");
    expect(dockerignore.split("\n")).toContain("!uv.lock");
    expect(ids(after)).not.toContain("lock-not-in-context");
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

describe("a stale lock (at HEAD the lock still installs what pyproject.toml dropped)", () => {
  const stale = planted("pyproject.toml", '  "httpx==0.28.1",\n', "");

  it("is caught and refused", async () => {
    const service = await rework(stale);
    expect(ids(service.findings)).toContain("lock-stale");
    expect(blocking(service)).toContain("lock-drift");
  });

  it("would stop the build of the rework, which says --locked and never --frozen", async () => {
    const { dockerfile } = await rework(settled);
    const syncs = dockerfile.split("\n").filter((line) => line.includes("uv sync"));
    expect(syncs.length).toBeGreaterThan(0);
    expect(syncs.filter((line) => !line.includes("--locked") || line.includes("--frozen"))).toEqual([]);
  });
});

describe("a CA file that only CI writes (2c476c5: a plain build fails)", () => {
  const withCa = planted(
    "Dockerfile",
    "COPY src ./src\n",
    "COPY ollama-ca.crt /usr/local/share/ca-certificates/\nRUN update-ca-certificates\nCOPY src ./src\n",
  );

  it("is caught where it is not there, and where it lies about untracked", async () => {
    for (const service of [
      await rework(withCa),
      await rework({ ...withCa, "ollama-ca.crt": "-" }, { untracked: ["ollama-ca.crt"] }),
    ])
      expect(of(service.findings, "copy-of-ignored-or-missing-file").join()).toContain("ollama-ca.crt");
  });

  it("is not copied by the rework, which says how to give it instead", async () => {
    const { dockerfile, plan, after } = await rework(withCa);
    expect(dockerfile).not.toContain("ollama-ca.crt");
    expect(ids(after)).not.toContain("copy-of-ignored-or-missing-file");
    expect(plan.refusals.find(({ id }) => id === "ca-file")).toMatchObject({
      what: expect.stringContaining("ollama-ca.crt") as string,
      instead: expect.stringContaining("SSL_CERT_FILE") as string,
    });
    expect((await rework(settled)).plan.refusals.map(({ id }) => id)).not.toContain("ca-file");
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

describe("a readme that is not copied (d13b96e)", () => {
  const { "pyproject.toml": stopping = "" } = planted(
    "pyproject.toml",
    'build-backend = "setuptools.build_meta"',
    'build-backend = "hatchling.build"',
  );
  const faults = [
    ["left out of COPY", planted("Dockerfile", "uv.lock* README.md ./", "uv.lock* ./")],
    ["hidden by .dockerignore", planted(".dockerignore", "ragstar_db\n", "ragstar_db\n*.md\n")],
  ] as const;

  it.each(faults)("is caught where the backend stops: %s", async (_, files) => {
    const { findings } = await rework({ ...files, "pyproject.toml": stopping });
    expect(of(findings, "project-metadata-missing").join()).toContain("README.md");
  });

  it.each(faults)("is no fault for setuptools, which warns and goes on: %s", async (_, files) => {
    expect(ids((await rework(files)).findings)).not.toContain("project-metadata-missing");
  });

  it("is in the builder of the rework and in what its build may see", async () => {
    const { dockerfile, dockerignore, after } = await rework(settled);
    expect(dockerfile).toMatch(/^COPY .*README\.md/m);
    expect(dockerignore.split("\n")).toContain("!README.md");
    expect(ids(after)).not.toContain("project-metadata-missing");
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
