import { describe, expect, it } from "vitest";
import { analyze } from "../../../src/pipeline/analyze.ts";
import type { LockedPackage, Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderFiles } from "../../../src/planner/render.ts";
import { readService } from "../../../src/project/read-service.ts";
import { memoryTree } from "../../../src/project/tree.ts";
import { fact, facts, pins, sample } from "./sample.ts";

const shared = (more: Partial<LockedPackage> = {}): LockedPackage => ({
  name: "shared",
  version: "0.1.0",
  source: "path",
  path: "packages/shared",
  sdistOnly: false,
  dependencies: [],
  use: "production",
  askedBy: ["main"],
  ...more,
});

const HERE = ["packages/shared/pyproject.toml", "packages/shared/src/shared/__init__.py"];
type Manager = Service["manager"]["value"];

function planned(
  packages: readonly LockedPackage[],
  {
    manager = "uv",
    files = HERE,
    service = {},
  }: { manager?: Manager; files?: readonly string[]; service?: Partial<Service> } = {},
) {
  const lock = { uv: "uv.lock", poetry: "poetry.lock", pdm: "pdm.lock", pipenv: "Pipfile.lock" }[manager as "uv"];
  const given = facts({
    manager: fact(manager, lock),
    lock: sample.lock && { ...sample.lock, path: lock, packages, ...(manager === "pdm" ? { format: "4.5.0" } : {}) },
    files: [...sample.files, ...files, lock],
    ...service,
  });
  const plan = makePlan(given);
  const text = renderFiles({ plan, pins, service: given.service, existing: {} }).find(
    ({ path }) => path === "Dockerfile.prod",
  );
  return { plan, text: text?.content ?? "" };
}

const MOUNT = "--mount=type=bind,source=packages/shared,target=/app/packages/shared,rw";

describe("a package of a folder inside the project", () => {
  it.each([
    ["uv", "path"],
    ["uv", "editable"],
    ["poetry", "path"],
    ["pdm", "path"],
    ["pdm", "editable"],
    ["pipenv", "path"],
  ] as const)("is mounted where %s installs it (%s)", (manager, source) => {
    const { plan, text } = planned([shared({ source, path: "./packages/shared/" })], { manager });
    expect(plan.refusals.filter(({ id }) => id === "workspace")).toEqual([]);
    expect(text).toContain(MOUNT);
    expect(plan.image.dockerignore).toContain("!packages/shared");
    expect(plan.image.copies.map(({ from }) => from)).not.toContain("packages/shared");
    expect(plan.decisions.find(({ id }) => id === "sync")?.because).toContain(
      "shared is installed from packages/shared",
    );
  });

  it("is installed by uv as any other, so that nothing links to its folder", () => {
    const { text } = planned([shared({ source: "editable" })]);
    expect(text).toContain("uv sync --locked --no-default-groups --no-editable --no-install-project");
  });

  it("brings the manifests of other members along, which uv compares with the lock", () => {
    const other = shared({ name: "other", source: "editable", path: "packages/other", use: "none" });
    const { plan, text } = planned([shared({ source: "editable" }), other], {
      files: [...HERE, "packages/other/pyproject.toml", "packages/other/src/other.py"],
    });
    expect(plan.image.sync.manifests).toEqual(["pyproject.toml", "uv.lock", "packages/other/pyproject.toml"]);
    expect(text).toContain("source=packages/other/pyproject.toml,target=/app/packages/other/pyproject.toml");
  });

  it("is nothing that a plain project has", () => {
    const { text, plan } = planned([shared({ source: "registry", path: "." })]);
    expect(text).not.toMatch(/--no-editable|,rw/);
    expect(plan.image.sync.local).toBeUndefined();
  });
});

it.each([
  [shared({ path: "../shared" }), "uv", "outside the service's folder", "Move ../shared into the service's folder"],
  [shared({ path: "/opt/shared" }), "pdm", "outside the service's folder", "publish shared to an index"],
  [shared({ path: "lost" }), "uv", "of which no file is in git", "`git add lost`, commit it"],
  [shared({ source: "editable" }), "poetry", "as editable", "`develop = false`"],
  [shared({ source: "editable" }), "pipenv", "as editable", "`editable = true` away"],
] as const)("refuses %o of %s with what to do", (one, manager, what, instead) => {
  const refusals = planned([one], { manager }).plan.refusals.filter(({ id }) => id === "workspace");
  expect(refusals).toMatchObject([
    { blocking: true, what: expect.stringContaining(what), instead: expect.stringContaining(instead) },
  ]);
});

describe("what pip installs from a folder", () => {
  const image = (install: string) =>
    `FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN ${install}\nCMD ["python", "main.py"]\n`;
  const LIB = {
    "lib/pyproject.toml": '[project]\nname = "shared"\n',
    "lib/shared.py": "",
    "main.py": "import shared\n",
  };
  const pipOf = async (files: Readonly<Record<string, string>>) =>
    (await readService(memoryTree({ ...LIB, ...files }))).pip;

  it.each([
    [
      "a line",
      { Dockerfile: image("pip install -r requirements.txt"), "requirements.txt": "flask==3.1.0\n./lib\n" },
      [],
    ],
    ["a word", { Dockerfile: image("pip install flask==3.1.0 ./lib") }, ["flask==3.1.0", "./lib"]],
  ])("is known by %s", async (_, files, packages) => {
    const pip = await pipOf(files);
    expect(pip).toMatchObject({ local: [{ name: "shared", path: "lib" }], unread: [] });
    expect(pip?.calls.flatMap((call) => call.packages)).toEqual(packages);
  });

  it("is a link with -e, which the image would not have the folder of", async () => {
    const files = { Dockerfile: image("pip install -r requirements.txt"), "requirements.txt": "-e ./lib\n" };
    expect((await pipOf(files))?.local).toEqual([{ name: "shared", path: "lib", editable: true }]);
    const { service, findings } = await analyze(memoryTree({ ...LIB, ...files }), []);
    const { refusals } = makePlan({ ...facts(), service, findings });
    expect(refusals.find(({ id }) => id === "workspace")).toMatchObject({
      instead: expect.stringContaining("Take the `-e` away"),
    });
  });

  it("is not understood where no such folder is", async () => {
    expect((await pipOf({ Dockerfile: image("pip install flask ./lost") }))?.unread).toEqual(["./lost"]);
  });
});
