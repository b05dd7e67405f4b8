import { describe, expect, it } from "vitest";
import {
  found,
  planted,
  rework,
  of,
  ids,
  settled,
  blocking,
  asFound,
  lineOf,
  lock,
  text,
} from "../support/ragstar-example.ts";

/** What broke at RAGstar because a file was hidden, stale or not copied, from its history. */

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
