import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Finding, Pin, Plan } from "../../src/model/types.ts";
import { baseDigestKnown } from "../../src/checks/base-digest-known.ts";
import { baseDigests } from "../../src/probes/base-digests.ts";
import { registryAccess } from "../../src/registry/access.ts";
import { anonymous } from "../../src/registry/credentials.ts";
import { resolvePins } from "../../src/registry/pins.ts";
import { peer } from "./registry-peer.ts";
import { analyze, treeWith } from "../../src/pipeline/analyze.ts";
import { brokenPromises } from "../../src/pipeline/promises.ts";
import { makePlan } from "../../src/planner/make-plan.ts";
import { renderFiles } from "../../src/planner/render.ts";
import { amazonlinux2023 } from "../../src/profiles/amazonlinux2023.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";

/**
 * What broke at benchling-webhook after its image was reworked for Amazon Linux, from its history. The rework of
 * examples/benchling-webhook must not have it, and the same fault planted by hand in the reworked Dockerfile must be
 * caught.
 */
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

const files: Files = { ...found, "uv.lock": lock };
const OVERRIDES = {
  output: "Dockerfile",
  base: { python: "3.11" },
  user: { uid: 1000 },
  command: "gunicorn",
} as const;
const DIGEST = `sha256:${"a".repeat(64)}`;
/** The one that was invented began so. */
const INVENTED = `sha256:${"30fe896e".repeat(8)}`;

interface Rework {
  readonly plan: Plan;
  readonly dockerfile: string;
  readonly findings: readonly Finding[];
  readonly broken: readonly unknown[];
}

async function rework(
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
async function planted(change: (dockerfile: string) => string): Promise<readonly Finding[]> {
  const { dockerfile } = await rework();
  const changed = change(dockerfile);
  if (changed === dockerfile) throw new Error("The fault was not planted.");
  return (await analyze(memoryTree({ ...files, Dockerfile: changed }), rules)).findings;
}
/** The command of the image that ships: the last one, since the stage of the tests has its own. */
const command = (words: string) => (dockerfile: string) =>
  dockerfile.replace(/^CMD .*$(?![\s\S]*^CMD )/m, () => `CMD ${words}`);
const ids = (findings: readonly Finding[]): readonly string[] => findings.map(({ rule }) => rule);
const of = (findings: readonly Finding[], rule: string): string =>
  findings
    .filter((finding) => finding.rule === rule)
    .map(({ message }) => message)
    .join("\n");
const instructions = (dockerfile: string): string => dockerfile.replaceAll(/^\s*#.*\n/gm, "");

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

describe("a hard-coded port (PORT=5001 was ignored, and every health check failed)", () => {
  it("is not in the rework: PORT chooses, 5000 is what it is without", async () => {
    const { dockerfile, plan, findings } = await rework();
    expect(plan.image.command.at(-1)).toContain('--bind "0.0.0.0:${PORT:-5000}"');
    expect(plan.image.health?.command.at(-1)).toContain("os.environ.get('PORT') or 5000");
    expect(dockerfile).toContain("EXPOSE 5000");
    expect(ids(findings)).not.toContain("port-hard-coded");
  });

  it("is caught when a hand writes it", async () => {
    const seen = await planted(command('["gunicorn", "--bind", "0.0.0.0:8080", "src.app:create_app()"]'));
    expect(ids(seen)).toContain("port-hard-coded");
  });
});

describe("an unquoted factory call (sh: syntax error near unexpected token)", () => {
  it("is quoted where a shell reads it", async () => {
    const { plan, findings } = await rework();
    expect(plan.image.command.at(-1)).toContain("gunicorn 'src.app:create_app()'");
    expect(ids(findings)).not.toContain("unquoted-factory-call");
  });

  it("is caught when a hand forgets the quotes", async () => {
    const seen = await planted((text) => text.replace("'src.app:create_app()'", "src.app:create_app()"));
    expect(ids(seen)).toContain("unquoted-factory-call");
  });
});

describe("a shell without exec (dash stays process 1 and does not pass SIGTERM on)", () => {
  const onDebian = (text: string): string =>
    text
      .replaceAll("public.ecr.aws/amazonlinux/amazonlinux:2023", "python:3.11-slim-bookworm")
      .replace("exec gunicorn", "gunicorn");

  it("is not in the rework", async () => {
    const { plan, findings } = await rework();
    expect(plan.image.command.slice(0, 2)).toEqual(["sh", "-c"]);
    expect(plan.image.command.at(-1)).toMatch(/^exec gunicorn /);
    expect(ids(findings)).not.toContain("sh-c-without-exec");
  });

  it("is caught when a hand leaves exec out on a base whose sh is dash", async () => {
    expect(ids(await planted(onDebian))).toContain("sh-c-without-exec");
  });
});

describe("SIGTERM (Flask's own server ignores it as process 1)", () => {
  it("is answered by the server of the lock that the team named", async () => {
    const { plan, findings } = await rework();
    expect(plan.image.stopSignal).toBe("SIGTERM");
    expect(plan.image.command.at(-1)).toContain("--graceful-timeout 25");
    expect(ids(findings)).not.toContain("server-ignores-sigterm");
  });

  it("is replaced by SIGINT while nobody names another server, and the plan proposes one", async () => {
    const { plan } = await rework({ output: "Dockerfile", base: { python: "3.11" } });
    expect(plan.image).toMatchObject({ command: ["python", "-m", "src.app"], stopSignal: "SIGINT" });
    expect(plan.refusals.find(({ id }) => id === "development-server")?.instead).toContain("`command: gunicorn`");
  });

  it("is caught when a hand starts Flask's own server", async () => {
    const seen = await planted(command('["python", "-m", "src.app"]'));
    expect(ids(seen)).toContain("server-ignores-sigterm");
  });
});

describe("`command` under `decisions`", () => {
  it("refuses a server that is unknown or not in the lock", async () => {
    await expect(rework({ ...OVERRIDES, command: "waitress" })).rejects.toThrow(/no server `waitress`/);
    await expect(rework({ ...OVERRIDES, command: "uvicorn" })).rejects.toThrow(/`uvicorn` is not in the lock/);
  });

  it("takes a list as it is, through a shell only when a word names a variable", async () => {
    const list = ["gunicorn", "-b", "0.0.0.0:$PORT", "src.app:create_app()"];
    const { image } = (await rework({ ...OVERRIDES, command: list })).plan;
    expect(image.command).toEqual(["sh", "-c", `exec gunicorn -b "0.0.0.0:$PORT" 'src.app:create_app()'`]);
    expect(image.stopSignal).toBe("SIGTERM");
    const plain = ["gunicorn", "src.app:create_app()"];
    expect((await rework({ ...OVERRIDES, command: plain })).plan.image.command).toEqual(plain);
  });
});
