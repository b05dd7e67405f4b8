import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { amazonlinux2023 } from "../../../src/profiles/amazonlinux2023.ts";
import { debianSlim } from "../../../src/profiles/debian-slim.ts";
import { readService } from "../../../src/project/read-service.ts";
import { memoryTree } from "../../../src/project/tree.ts";
import { readWheelGaps } from "../../../src/project/wheel-gaps.ts";

const PYTHONS = [...debianSlim.pythons, "3.10"];

/** Files of `speedups 1.5` on Linux, by the tags that a test plants. */
const filesOf = (name: string, version: string, tags: readonly string[]): readonly string[] => [
  `${name}-${version}.tar.gz`,
  `${name}-${version}-cp313-cp313-win_amd64.whl`,
  ...tags.map((tag) => `${name}-${version}-${tag}.whl`),
];
const manylinux = (...pythons: readonly string[]) => pythons.map((tag) => `${tag}-${tag}-manylinux_2_17_x86_64`);

interface Package {
  readonly name: string;
  readonly tags: readonly string[];
  readonly group?: string;
  readonly marker?: string;
}

const WRITERS = {
  "poetry.lock": (packages: readonly Package[], requires: string) =>
    packages
      .map(
        ({ name, tags, group = "main", marker }) =>
          `[[package]]\nname = "${name}"\nversion = "1.5"\noptional = false\npython-versions = ">=3.7"\ngroups = ["${group}"]\n${marker === undefined ? "" : `markers = '${marker}'\n`}files = [\n${filesOf(
            name,
            "1.5",
            tags,
          )
            .map((file) => `    {file = "${file}", hash = "sha256:0"},\n`)
            .join("")}]\n`,
      )
      .join("\n") + `\n[metadata]\nlock-version = "2.1"\npython-versions = "${requires}"\n`,
  "pdm.lock": (packages: readonly Package[], requires: string) =>
    `[metadata]\ngroups = ["default", "dev"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.0"\n\n[[metadata.targets]]\nrequires_python = "${requires}"\n\n` +
    packages
      .map(
        ({ name, tags, group = "default", marker }) =>
          `[[package]]\nname = "${name}"\nversion = "1.5"\ngroups = ["${group}"]\n${marker === undefined ? "" : `marker = '${marker}'\n`}files = [\n${filesOf(
            name,
            "1.5",
            tags,
          )
            .map((file) => `    {file = "${file}", hash = "sha256:0"},\n`)
            .join("")}]\n`,
      )
      .join("\n"),
  "uv.lock": (packages: readonly Package[], requires: string) =>
    `version = 1\nrequires-python = "${requires}"\n\n[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [\n${packages
      .map(({ name, marker }) => `    { name = "${name}"${marker === undefined ? "" : `, marker = '${marker}'`} },\n`)
      .join("")}]\n` +
    packages
      .map(({ name, tags }) => {
        const [sdist, ...wheels] = filesOf(name, "1.5", tags).map((file) => `url = "https://index.example/${file}"`);
        return `\n[[package]]\nname = "${name}"\nversion = "1.5"\nsource = { registry = "https://index.example/simple" }\nsdist = { ${sdist} }\nwheels = [\n${wheels.map((wheel) => `    { ${wheel} },\n`).join("")}]\n`;
      })
      .join(""),
} as const;
type Lock = keyof typeof WRITERS;
const LOCKS = Object.keys(WRITERS) as readonly Lock[];

async function treeOf(lock: Lock, packages: readonly Package[], base: string, requires = ">=3.9") {
  const install = { "poetry.lock": "poetry install", "pdm.lock": "pdm install", "uv.lock": "uv sync" }[lock];
  return memoryTree({
    Dockerfile: `FROM ${base}\nWORKDIR /app\nCOPY . .\nRUN ${install}\nCMD ["python", "main.py"]\n`,
    "pyproject.toml": `[project]\nname = "shop"\nversion = "1"\nrequires-python = "${requires}"\ndependencies = [${packages.map(({ name, marker }) => `"${name}==1.5${marker === undefined ? "" : `; ${marker.replaceAll('"', "'")}`}"`).join(", ")}]\n`,
    [lock]: WRITERS[lock](packages, requires),
    "main.py": "",
  });
}

async function planned(
  lock: Lock,
  packages: readonly Package[],
  {
    base = "python:3.10-slim",
    requires = ">=3.9",
    profile = debianSlim,
    overrides = {},
  }: {
    readonly base?: string;
    readonly requires?: string;
    readonly profile?: typeof debianSlim;
    readonly overrides?: Readonly<Record<string, unknown>>;
  } = {},
) {
  const tree = await treeOf(lock, packages, base, requires);
  const dockerfile = parseDockerfile("Dockerfile", tree.read("Dockerfile") ?? "");
  const wheelGaps = readWheelGaps(tree, dockerfile, PYTHONS);
  const plan = makePlan({
    service: await readService(tree),
    profile,
    findings: [],
    dockerfile,
    overrides: { ports: 8000, ...overrides },
    uvVersion: "0.13.8",
    testsAsked: false,
    ...(wheelGaps === undefined ? {} : { wheelGaps }),
  });
  const refusal = plan.refusals.find(({ id }) => id === "no-wheels" || id === "python-not-offered");
  const because = plan.decisions.find(({ id }) => id === "base")?.because ?? "";
  return { plan, python: plan.image.base.python, because, refusal };
}

const upTo310 = { name: "speedups", tags: manylinux("cp39", "cp310") };
const upTo312 = { name: "speedups", tags: manylinux("cp39", "cp310", "cp311", "cp312") };
const plain = { name: "plain", tags: ["py3-none-any"] };
const stable = { name: "stable", tags: ["cp39-abi3-manylinux_2_17_x86_64"] };

describe.each(LOCKS)("wheels in %s", (lock) => {
  it("let the base go to the newest Python that all of them are for", async () => {
    expect((await planned(lock, [plain, stable])).python).toBe("3.13");
    const { python, because, refusal } = await planned(lock, [plain, stable, upTo312]);
    expect(python).toBe("3.12");
    expect(because).toContain("the lock has wheels for: of speedups 1.5 it has none for 3.13.");
    expect(refusal).toBeUndefined();
  });

  it("keep an older Python that runs today where no newer one has all of them", async () => {
    const { python, because, refusal, plan } = await planned(lock, [plain, upTo310]);
    expect(python).toBe("3.10");
    expect(because).toContain("the lock has not all wheels for a newer one (none of speedups 1.5 for 3.13)");
    expect(plan.decisions.find(({ id }) => id === "base")?.resolves).not.toContain("base-end-of-life");
    expect(refusal).toBeUndefined();
  });

  it("stop a rework that would have to compile them, and name a Python for which they are there", async () => {
    const { refusal } = await planned(lock, [plain, upTo310], { base: "debian:13" });
    expect(refusal).toMatchObject({ id: "no-wheels", blocking: true });
    expect(refusal?.what).toBe(
      "The lock has no wheel of speedups 1.5 for Python 3.13, nor all for 3.12, 3.14 and 3.11",
    );
    expect(refusal?.instead).toContain('`decisions: { base: "3.10" }`');
    const settled = await planned(lock, [plain, upTo310], { base: "debian:13", overrides: { base: "3.10" } });
    expect([settled.refusal, settled.python]).toEqual([undefined, "3.10"]);
  });

  it("are not asked for where another Python alone needs the package", async () => {
    const old = { ...upTo310, marker: 'python_version < "3.11"' };
    expect(await planned(lock, [plain, old])).toMatchObject({ python: "3.13", refusal: undefined });
  });

  it("do not count where the package has none on Linux for any Python: it is compiled everywhere", async () => {
    const { python, plan } = await planned(lock, [{ name: "psycopg2", tags: [] }]);
    expect(python).toBe("3.13");
    expect(plan.image.packages.builder).toEqual(["gcc", "libc6-dev", "libpq-dev"]);
    expect((await planned(lock, [plain])).plan.image.packages.builder).toEqual([]);
  });

  it("do not move what runs today from a Python that the base has", async () => {
    const { python, plan } = await planned(lock, [upTo310], { base: "python:3.12-slim" });
    expect(python).toBe("3.12");
    expect(plan.image.packages.builder).toEqual(["gcc", "libc6-dev"]);
    expect(plan.refusals.map(({ id }) => id)).not.toContain("no-wheels");
  });
});

it("names no Python that the base's packages do not have", async () => {
  const { refusal } = await planned("uv.lock", [upTo310], { base: "amazonlinux:2023", profile: amazonlinux2023 });
  expect(refusal?.instead).toBe("Lock again with newer versions, look at them, commit the lock and run again.");
});

it("tells nothing of packages for development", async () => {
  expect((await planned("poetry.lock", [plain, { ...upTo310, group: "dev" }])).python).toBe("3.13");
});

describe("which wheels fit", () => {
  it.each([
    ["cp313-cp313-manylinux_2_28_x86_64", true],
    ["cp39-abi3-manylinux_2_28_x86_64", true],
    ["cp314-abi3-manylinux_2_28_x86_64", false],
    ["cp313-cp313t-manylinux_2_28_x86_64", false],
    ["cp313-cp313-musllinux_1_2_x86_64", false],
    ["pp311-pypy311_pp73-manylinux_2_28_x86_64", false],
    ["py2.py3-none-manylinux_2_28_x86_64", true],
  ])("on Python 3.13, %s: %s", async (tag, fits) => {
    const tree = await treeOf("poetry.lock", [{ name: "speedups", tags: [tag] }], "python:3.13-slim");
    const dockerfile = parseDockerfile("Dockerfile", tree.read("Dockerfile") ?? "");
    expect(readWheelGaps(tree, dockerfile, ["3.13"])?.["3.13"]?.length).toBe(fits ? 0 : 1);
  });

  it("is read for each package where an early poetry.lock lists all files at its end", async () => {
    const entry = (name: string) =>
      `[[package]]\nname = "${name}"\nversion = "1.5"\ncategory = "main"\noptional = false\n\n`;
    const file = (name: string, tag: string) => `${name} = [{file = "${name}-1.5-${tag}.whl", hash = "sha256:0"}]\n`;
    const tree = memoryTree({
      "poetry.lock": `${entry("plain")}${entry("speedups")}[metadata]\npython-versions = "^3.9"\n\n[metadata.files]\n${file("plain", "py3-none-any")}${file("speedups", "cp310-cp310-manylinux1_x86_64")}`,
      "pyproject.toml": `[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.9"\nplain = "*"\nspeedups = "*"\n`,
    });
    expect(readWheelGaps(tree, undefined, ["3.13"])?.["3.13"]?.map(({ name }) => name)).toEqual(["speedups"]);
  });

  it("is not known where a lock names hashes alone", async () => {
    const lock = JSON.stringify({ _meta: {}, default: { speedups: { version: "==1.5", hashes: ["sha256:0"] } } });
    const tree = memoryTree({ Pipfile: '[packages]\nspeedups = "*"\n', "Pipfile.lock": lock });
    expect(readWheelGaps(tree, undefined, PYTHONS)).toBeUndefined();
  });
});
