import { describe, expect, it } from "vitest";
import { analyze } from "../../../src/pipeline/analyze.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderFiles } from "../../../src/planner/render.ts";
import { memoryTree } from "../../../src/project/tree.ts";
import { mayInstallProject } from "../../../src/rules/queries/project-install.ts";
import { facts, pins } from "./sample.ts";

const BACKEND = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n';
const project = (name: string, needs: readonly string[], more = "") =>
  `[project]\nname = "${name}"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ${JSON.stringify(needs)}\n${more}`;
const ROOT = '[tool.uv.workspace]\nmembers = ["packages/*"]\n';
const CORE = "[tool.uv.sources]\ncore = { workspace = true }\n";

const locked = (name: string, source: string, needs: readonly string[] = []) =>
  `[[package]]\nname = "${name}"\nversion = "1"\nsource = { ${source} }\ndependencies = [${needs.map((need) => `{ name = "${need}" }`).join(", ")}]\n`;
const INDEX = 'registry = "https://a.example/simple"';

const lockOf = (source: "editable" | "virtual" = "editable", root = 'virtual = "."', more: readonly string[] = []) =>
  [
    'version = 1\nrequires-python = ">=3.12"\n',
    locked("api", `${source} = "packages/api"`, ["core", "fastapi", "uvicorn"]),
    locked("core", 'editable = "packages/core"', ["httpx"]),
    ...(root === "" ? [] : [locked("shop", root)]),
    locked("worker", 'editable = "packages/worker"', ["torch"]),
    ...["fastapi", "httpx", "torch", "uvicorn"].map((name) => locked(name, INDEX)),
    ...more,
  ].join("\n");

const imageOf = (steps: string, start = "uvicorn api.main:app --host 0.0.0.0 --port 8000") =>
  `FROM python:3.13-slim\n${steps}\nEXPOSE 8000\nCMD ${JSON.stringify(start.split(" "))}\n`;
const WHOLE = "WORKDIR /srv\nCOPY . .\n";

const WORKSPACE = {
  Dockerfile: imageOf(`${WHOLE}RUN uv sync --frozen --no-dev --package api`),
  "pyproject.toml": `${project("shop", [])}${ROOT}`,
  "uv.lock": lockOf(),
  "packages/api/pyproject.toml": `${project("api", ["core", "fastapi", "uvicorn"])}${CORE}${BACKEND}`,
  "packages/api/README.md": "",
  "packages/api/src/api/__init__.py": "",
  "packages/api/src/api/main.py":
    'from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get("/health")\ndef health():\n    return {}\n',
  "packages/core/pyproject.toml": `${project("core", ["httpx"])}${BACKEND}`,
  "packages/core/src/core/__init__.py": "",
  "packages/worker/pyproject.toml": `${project("worker", ["torch"])}${BACKEND}`,
  "packages/worker/src/worker/__init__.py": 'import os\nTOKEN = os.environ["WORKER_TOKEN"]\n',
};

async function planned(changes: Readonly<Record<string, string | undefined>> = {}) {
  const files = Object.entries({ ...WORKSPACE, ...changes }).flatMap(([path, text]) =>
    text === undefined ? [] : [[path, text] as const],
  );
  const { service, findings, dockerfile } = await analyze(memoryTree(Object.fromEntries(files)), []);
  if (dockerfile === undefined) throw new Error("no Dockerfile");
  const plan = makePlan({
    ...facts(),
    service,
    findings,
    dockerfile,
    installsProject: mayInstallProject(dockerfile),
    testsAsked: false,
  });
  const rendered = renderFiles({ plan, pins, service, existing: {} });
  return {
    plan,
    service,
    text: rendered.find(({ path }) => path === "Dockerfile.prod")?.content ?? "",
    refused: plan.refusals.filter(({ id }) => id.startsWith("workspace")),
  };
}

const sources = ({ text }: { readonly text: string }): readonly string[] =>
  text.split("\n").filter((line) => line.startsWith("COPY ") && !line.includes("--from="));

describe("a member of a uv workspace is installed in place of the root", () => {
  it("with its dependencies first, on the lock and the manifests of all members", async () => {
    const { text, refused, plan } = await planned();
    expect(refused).toEqual([]);
    expect(text).toContain("uv sync --locked --no-default-groups --package api --no-install-workspace");
    const files = [
      "pyproject.toml",
      "uv.lock",
      ...["api", "core", "worker"].map((one) => `packages/${one}/pyproject.toml`),
    ];
    for (const file of files) expect(text).toContain(`--mount=type=bind,source=${file},target=/srv/${file} `);
    expect(text).not.toContain(",rw");
    expect(plan.image.sync.venv).toBe("/srv/.venv");
  });

  it("then with the members that it needs, built from their folders alone", async () => {
    const image = await planned();
    expect(image.text).toContain("--prefix /project /srv/packages/api /srv/packages/core \\");
    expect(sources(image)).toEqual([
      "COPY pyproject.toml uv.lock /srv/",
      "COPY packages/worker/pyproject.toml /srv/packages/worker/pyproject.toml",
      "COPY packages/api /srv/packages/api",
      "COPY packages/core /srv/packages/core",
    ]);
    expect(image.plan.image.copies).toEqual([]);
    expect(image.plan.image.dockerignore.filter((line) => line.startsWith("!packages"))).toEqual([
      "!packages/worker/pyproject.toml",
      "!packages/api",
      "!packages/core",
    ]);
  });

  it("and what another member asks for is not asked of this image", async () => {
    const { plan, service } = await planned({
      // It comes first by its name, and has the same routes.
      "packages/aside/pyproject.toml": project("aside", []),
      "packages/aside/src/aside/main.py": `${WORKSPACE["packages/api/src/api/main.py"].replace("/health", "/live")}\nopen("packages/aside/data.json")\n`,
      "packages/aside/data.json": "",
    });
    expect(plan.image.copies).toEqual([]);
    expect(plan.contract.env.map(({ name }) => name)).not.toContain("WORKER_TOKEN");
    expect(service.dependencies.runtimeClosure).toEqual(["core", "fastapi", "httpx", "uvicorn"]);
    expect(plan.image.health?.path).toBe("/health");
  });

  it.each([
    ["a root without a project", { "pyproject.toml": ROOT, "uv.lock": lockOf("editable", "") }],
    ["its own folder", { Dockerfile: imageOf(`${WHOLE}WORKDIR /srv/packages/api\nRUN uv sync --frozen`) }],
    [
      "`uv run --package` at the start",
      { Dockerfile: imageOf(`${WHOLE}RUN uv sync`, "uv run --package api uvicorn api.main:app") },
    ],
    ["a build argument's default", { Dockerfile: imageOf(`ARG P=api\n${WHOLE}RUN uv sync --package "\${P}"`) }],
  ])("of %s", async (_, changes) => {
    const { text, refused, plan } = await planned(changes);
    expect(refused).toEqual([]);
    expect(text).toContain("--package api --no-install-workspace");
    // Also where the working directory is a folder below, the environment lies at the root, as today.
    expect(plan.image.sync.workspace).toMatchObject({ root: "/srv", asked: ["api"] });
  });

  it("or of several, where pip installs them from their folders", async () => {
    const run = "RUN cd packages/core && uv pip install --system -e . && cd ../worker && pip install .";
    const { text, refused } = await planned({ Dockerfile: imageOf(`${WHOLE}${run}`) });
    expect(refused).toEqual([]);
    expect(text).toContain("--package core --package worker --no-install-workspace");
    const root = await planned({ Dockerfile: imageOf(`${WHOLE}RUN pip install . ./packages/worker`) });
    expect(root.text).not.toContain("--package");
  });

  it("all of them, where the image has all", async () => {
    const { text } = await planned({ Dockerfile: imageOf(`${WHOLE}RUN uv sync --frozen --no-dev --all-packages`) });
    expect(text).toContain("uv sync --locked --no-default-groups --all-packages --no-install-workspace");
    expect(text).toContain("/srv/packages/api /srv/packages/core /srv/packages/worker \\");
  });

  it("linked to its folder, where the code climbs out of its package", async () => {
    const { text, plan } = await planned({
      "packages/core/src/core/__init__.py":
        "from pathlib import Path\nDATA = Path(__file__).parents[2] / 'data.json'\n",
      "packages/core/data.json": "{}",
    });
    expect(text).toContain("--no-deps --editable /srv/packages/api --editable /srv/packages/core");
    // The rest of it comes with the folders.
    expect(sources({ text }).slice(-2)).toEqual([
      "COPY packages/api /srv/packages/api",
      "COPY packages/core /srv/packages/core",
    ]);
    expect(plan.image.copies.map(({ to }) => to)).toEqual(
      expect.arrayContaining(["/srv/packages/core/src", "/srv/packages/core/data.json", "/srv/packages/api/src"]),
    );
  });
});

describe("a member that is no package", () => {
  const virtual = {
    "uv.lock": lockOf("virtual"),
    "packages/api/pyproject.toml": `${project("api", ["core", "fastapi", "uvicorn"])}${CORE}`,
    "packages/api/src/api/__init__.py": undefined,
    "packages/api/src/api/main.py": undefined,
    "packages/api/main.py": WORKSPACE["packages/api/src/api/main.py"],
    "packages/api/tests/test_main.py": "",
    "packages/api/templates/a.html": "",
  };

  it("lies in the image as it lies in the repository, beside those that are installed", async () => {
    const { text, plan, refused } = await planned({
      ...virtual,
      Dockerfile: imageOf(`${WHOLE}RUN uv sync --package api`, "uvicorn packages.api.main:app --port 8000"),
    });
    expect(refused).toEqual([]);
    expect(text).toContain("--prefix /project /srv/packages/core \\");
    expect(plan.image.copies.map(({ from, to }) => `${from} ${to}`)).toEqual([
      "packages/api/main.py /srv/packages/api/main.py",
      "packages/api/templates /srv/packages/api/templates",
    ]);
  });

  it("is started from its folder, where today's image starts there", async () => {
    const { plan } = await planned({
      ...virtual,
      Dockerfile: imageOf(
        `${WHOLE}RUN uv sync --package api\nWORKDIR /srv/packages/api`,
        "/srv/.venv/bin/uvicorn main:app",
      ),
    });
    expect(plan.image.workdir).toBe("/srv/packages/api");
    expect(plan.image.sync.venv).toBe("/srv/.venv");
    expect(plan.image.copies.map(({ to }) => to)).toContain("/srv/packages/api/main.py");
  });
});

describe("a member is refused, saying which,", () => {
  it.each([
    ["where no member has the name", { Dockerfile: imageOf(`${WHOLE}RUN uv sync --package gone`) }, "`gone`"],
    ["where only the build is told it", { Dockerfile: imageOf(`ARG P\n${WHOLE}RUN uv sync --package $P`) }, "`$p`"],
    [
      "where it has a lock of its own, and is installed in its folder",
      {
        Dockerfile: imageOf("WORKDIR /srv\nCOPY packages/api ./\nRUN uv sync --frozen"),
        "packages/api/uv.lock": lockOf(),
      },
      "api has a uv.lock of its own",
    ],
    [
      "where a member's backend says what it needs",
      {
        "packages/worker/pyproject.toml": `${project("worker", []).replace(/dependencies = .*/, 'dynamic = ["dependencies"]')}${BACKEND}`,
      },
      "worker leaves to its build backend",
    ],
    [
      "where it needs the root as a package",
      {
        "pyproject.toml": `${project("shop", [])}${BACKEND}${ROOT}`,
        "uv.lock": lockOf("editable", 'editable = "."').replace(
          '{ name = "core" }',
          '{ name = "core" }, { name = "shop" }',
        ),
        "packages/api/pyproject.toml": `${project("api", ["shop", "core"])}[tool.uv.sources]\nshop = { workspace = true }\n${BACKEND}`,
      },
      "needs shop, the root of the workspace",
    ],
  ])("%s", async (_, changes, what) => {
    const { refused } = await planned(changes);
    expect(refused).toMatchObject([{ id: "workspace-member", blocking: true, what: expect.stringContaining(what) }]);
  });

  it("and not where the root is installed", async () => {
    const { refused, text } = await planned({ Dockerfile: imageOf(`${WHOLE}RUN uv sync --frozen --no-dev`) });
    expect(refused).toEqual([]);
    expect(text).toContain("uv sync --locked --no-default-groups --no-install-project");
  });

  it("and the folder of a member alone has no lock: it lies at the root", async () => {
    const { plan } = await planned({
      "pyproject.toml": WORKSPACE["packages/api/pyproject.toml"],
      "uv.lock": undefined,
      Dockerfile: imageOf(`${WHOLE}RUN uv sync`),
    });
    expect(plan.refusals.find(({ id }) => id === "no-lock")).toMatchObject({
      instead: expect.stringMatching(/^Where this is a member .*root as DIR.*`--dockerfile`\. Else: Run `uv lock`/),
    });
  });
});
