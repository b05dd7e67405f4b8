import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { baseDigestKnown } from "../../src/checks/base-digest-known.ts";
import { baseDigests } from "../../src/probes/base-digests.ts";
import { registryAccess } from "../../src/registry/access.ts";
import { anonymous } from "../../src/registry/credentials.ts";
import { resolvePins } from "../../src/registry/pins.ts";
import { peer } from "./registry-peer.ts";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";
import { rework, files, ids, of, instructions, planted, OVERRIDES, INVENTED } from "../support/benchling-example.ts";

/**
 * What broke at benchling-webhook after its image was reworked for Amazon Linux, from its history. The rework of
 * examples/benchling-webhook must not have it, and the same fault planted by hand in the reworked Dockerfile must be
 * caught.
 */
const DIGEST = `sha256:${"a".repeat(64)}`;

describe("the reworked example", () => {
  it("is not refused, keeps every promise, and leaves only what it says it leaves", async () => {
    const { plan, findings, broken } = await rework();
    expect(plan.refusals.filter(({ blocking }) => blocking === true)).toEqual([]);
    expect(broken).toEqual([]);
    const left = findings.filter(({ severity }) => severity !== "note");
    expect(left).toEqual([]);
    // The development service of Compose calls uv: an override starts it without, and the file is left alone.
    expect(plan.refusals.map(({ id }) => id)).toEqual([]);
    expect(plan.image.compose).toEqual({
      path: "docker-compose.override.yml",
      commands: { "app-dev": ["python", "-m", "src.app"] },
    });
  });

  it("starts Python of the distribution by its full name, with uid 1000 and without uv", async () => {
    const { dockerfile } = await rework();
    expect(dockerfile).toMatch(/dnf install -y .* python3\.11 /);
    expect(dockerfile).toContain("UV_PYTHON=/usr/bin/python3.11");
    expect(dockerfile).toContain("USER 1000:1000");
    expect(instructions(dockerfile.slice(dockerfile.indexOf("AS runtime")))).not.toMatch(/\buv\b/);
  });
});

describe("an invented digest (the base was pinned to a digest that no registry has)", () => {
  it("is never written: without a registry's answer the tag stands alone, and the file says so", async () => {
    const { dockerfile } = await rework(OVERRIDES, { digest: "" });
    expect(instructions(dockerfile)).not.toContain("sha256:");
    expect(dockerfile).toContain("unpinned");
  });

  it("comes from the pin and from nowhere else", async () => {
    const { dockerfile } = await rework();
    expect(dockerfile.match(/sha256:[0-9a-f]{64}/g)?.every((digest) => digest === DIGEST)).toBe(true);
  });

  it("is caught when it is well formed and no registry has it", async () => {
    await using registry = await peer();
    const base = `${registry.host}/library/python:3`;
    const options = { platform: "linux/amd64", env: {}, fetch, mirrors: {}, credentials: anonymous };
    const signal = new AbortController().signal;
    const verdictOn = async (digest: string) => {
      const { dockerfile } = await rework();
      const changed = dockerfile.replaceAll(/^FROM public\.ecr\.aws\S+/gm, `FROM ${base}@${digest}`);
      const named = [...changed.matchAll(/^FROM (\S+@\S+)/gm)].flatMap(([, image = ""]) =>
        image.startsWith(base) ? image : [],
      );
      expect(named).toHaveLength(1);
      const build = { bases: named.map((image) => ({ named: image, used: image, standIn: false })) };
      const context = { build, registry: registryAccess({ ...options, signal }) };
      const seen = await baseDigests.collect(context as never);
      return baseDigestKnown.judge(seen, {} as never);
    };
    expect(await verdictOn(registry.digest)).toMatchObject({ status: "pass" });
    expect(await verdictOn(INVENTED)).toMatchObject({ status: "fail", message: expect.stringContaining(INVENTED) });
    const pinned = { ...options, signal, lock: [], offline: false, now: () => new Date() };
    const [pin] = await resolvePins([`${base}@${INVENTED}`], pinned);
    expect(pin).toMatchObject({ digest: undefined, problem: expect.stringContaining(`no registry has ${INVENTED}`) });
  });

  it("is caught when it cannot be a digest", async () => {
    const seen = await planted((text) => text.replaceAll(DIGEST, "sha256:abc123"));
    expect(seen.filter(({ severity }) => severity === "error").length).toBeGreaterThan(0);
  });
});

describe("curl, which conflicts with curl-minimal (dnf stopped: the image did not build)", () => {
  it("is not installed, and the curl that the task definition calls stays", async () => {
    const { plan, dockerfile, findings } = await rework();
    expect(plan.image.packages.runtime).toEqual([]);
    expect(instructions(dockerfile)).not.toMatch(/\bcurl\b/);
    expect(plan.contract.absentPrograms).not.toContain("curl");
    expect(ids(findings)).not.toContain("outside-probe-tool-absent");
  });

  it("is caught when a hand installs it", async () => {
    const seen = await planted((text) => text.replace("python3.11 shadow-utils", "python3.11 curl shadow-utils"));
    expect(ids(seen)).toContain("conflicting-package");
  });
});

describe("no useradd (the base has no user tools)", () => {
  it("is not met: shadow-utils is installed before the user is made", async () => {
    const { dockerfile, findings } = await rework();
    const lines = instructions(dockerfile);
    expect(lines.indexOf("shadow-utils")).toBeGreaterThan(0);
    expect(lines.indexOf("shadow-utils")).toBeLessThan(lines.indexOf("useradd"));
    expect(ids(findings)).not.toContain("build-program-absent");
  });

  it("is caught when a hand takes shadow-utils out", async () => {
    const seen = await planted((text) => text.replace("python3.11 shadow-utils", "python3.11 findutils"));
    expect(of(seen, "build-program-absent")).toMatch(/shadow-utils/);
  });
});

describe("missing tar (the base cannot unpack anything)", () => {
  it("is not met: uv comes from its own image, and nothing is unpacked", async () => {
    expect(instructions((await rework()).dockerfile)).not.toMatch(/\btar\b|\bgzip\b|\bcurl\b/);
  });

  it("is caught when a hand downloads an archive, with tar alone as well", async () => {
    const download = "RUN curl -fsSL https://files.example/uv.tar.gz | tar -xz -C /usr/local/bin\n";
    const bare = await planted((text) => text.replace(/^USER /m, () => `${download}USER `));
    expect(of(bare, "build-program-absent")).toMatch(/package tar[^]*package gzip/);
    const tar = await planted((text) =>
      text
        .replace("python3.11 shadow-utils", "python3.11 tar shadow-utils")
        .replace(/^USER /m, () => `${download}USER `),
    );
    expect(of(tar, "build-program-absent")).toMatch(/^`gzip`/);
  });
});

describe("no temporary directory (healthy for four days, and the first export failed)", () => {
  const template = readFileSync("examples/benchling-webhook/cdk/BenchlingWebhook.template.json", "utf8");
  const under = async (text: string) => {
    const { dockerfile } = await rework();
    const tree = memoryTree({ ...files, Dockerfile: dockerfile });
    const taskDefinition = { file: "../cdk/BenchlingWebhook.template.json", text };
    return (await analyze({ ...tree, taskDefinition }, rules)).findings;
  };

  it("is not met under the task definition that the service ships with, nor is a variable missing there", async () => {
    const seen = ids(await under(template));
    expect(seen).not.toContain("task-definition-no-temporary-folder");
    expect(seen).not.toContain("task-definition-env-missing");
  });

  it("is caught when a hand takes TMPDIR out", async () => {
    const seen = await under(template.replace("TMPDIR", "SOMETHING_ELSE"));
    expect(of(seen, "task-definition-no-temporary-folder")).toMatch(/read-only root and no place for temporary files/);
  });

  it("is caught when a hand takes a required variable out", async () => {
    const seen = await under(template.replace("QuiltStackARN", "SOMETHING_ELSE"));
    expect(of(seen, "task-definition-env-missing")).toContain("QuiltStackARN");
  });
});
