import { describe, expect, it } from "vitest";
import { readIgnore } from "../../../src/dockerfile/ignore.ts";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import type { LockFile, Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderFiles } from "../../../src/planner/render.ts";
import { installedFiles } from "../../../src/project/installed-files.ts";
import { readService } from "../../../src/project/read-service.ts";
import { memoryTree } from "../../../src/project/tree.ts";
import { rules } from "../../../src/rules/index.gen.ts";
import { fact, facts, pins, sample } from "./sample.ts";

type Tool = "poetry" | "pdm" | "pipenv";
const TOOLS = ["poetry", "pdm", "pipenv"] as const;
const LOCKS = { poetry: "poetry.lock", pdm: "pdm.lock", pipenv: "Pipfile.lock" } as const;

const todayOf = (install: string): string => `FROM python:3.13-slim
WORKDIR /app
COPY . .
RUN ${install}
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]
`;

/** What starts the service is among what is locked. */
const uvicorn: LockFile["packages"][number] = {
  name: "uvicorn",
  version: "0.38.0",
  source: "registry",
  sdistOnly: false,
  dependencies: [],
  use: "production",
  askedBy: ["main"],
};

function asked(tool: Tool, lock: Partial<LockFile> = {}, service: Partial<Service> = {}) {
  const path = LOCKS[tool];
  const files = sample.files.filter(
    (file) => !/uv\.lock/.test(file) && (tool !== "pipenv" || file !== "pyproject.toml"),
  );
  return {
    manager: fact(tool, path),
    lock: sample.lock && {
      ...sample.lock,
      path,
      packages: [uvicorn],
      ...(tool === "pdm" ? { format: "4.5.0" } : {}),
      ...lock,
    },
    files: [...files, path, ...(tool === "pipenv" ? ["Pipfile"] : [])],
    ...service,
  };
}

function planned(
  tool: Tool,
  {
    lock,
    service,
    overrides,
  }: {
    readonly lock?: Partial<LockFile>;
    readonly service?: Partial<Service>;
    readonly overrides?: Record<string, unknown>;
  } = {},
) {
  const given = facts(asked(tool, lock, service), overrides, todayOf(`pip install ${tool} && ${tool} install`));
  const plan = makePlan(given);
  const file = renderFiles({ plan, pins, service: given.service, existing: {} }).find(
    ({ path }) => path === "Dockerfile.prod",
  );
  return { plan, text: file?.content ?? "", service: given.service };
}

const linesWith = (text: string, what: RegExp) =>
  text
    .split("\n")
    .filter((line) => what.test(line) && !line.startsWith("#"))
    .map((line) => line.trim().replace(/^&& | \\$/g, ""));

describe.each(TOOLS)("a service that %s locks", (tool) => {
  it("is reworked", () => {
    const { plan } = planned(tool);
    expect(plan.refusals.filter(({ blocking }) => blocking)).toEqual([]);
  });

  it("has nothing that a rule would report", () => {
    const { text, service, plan } = planned(tool);
    const input = {
      dockerfile: parseDockerfile("Dockerfile.prod", text),
      service,
      ignore: readIgnore(plan.image.dockerignore.join("\n")),
    };
    expect(input.dockerfile.problems).toEqual([]);
    expect([...new Set(rules.flatMap((rule) => [...rule.check(input)].map(() => rule.id)))]).toEqual([]);
  });

  it("is installed from its own lock, which an edit installs again", () => {
    const { text, service, plan } = planned(tool);
    expect(plan.image.sync.manifests).toContain(LOCKS[tool]);
    expect(plan.image.dockerignore).toContain(`!${LOCKS[tool]}`);
    expect(text).toContain(`--mount=type=bind,source=${LOCKS[tool]},target=/app/${LOCKS[tool]}`);
    expect(text).not.toContain("uv.lock");
    expect(installedFiles(parseDockerfile("Dockerfile.prod", text), service.files)).toEqual([]);
  });

  it("ships the environment and not the tool", () => {
    const { text } = planned(tool);
    const runtime = text.slice(text.indexOf("AS runtime"));
    expect(runtime).toContain("COPY --from=builder --chown=0:0 /app/.venv /app/.venv");
    expect(runtime).not.toMatch(new RegExp(String.raw`/opt/${tool}|VIRTUAL_ENV|_CACHE_DIR`));
  });
});

describe("what is run", () => {
  it.each([
    ["poetry", "/opt/poetry/bin/poetry install --no-interaction --no-root --only main"],
    ["pdm", "/opt/pdm/bin/pdm install --check --no-self --no-editable --prod"],
    ["pipenv", "/opt/pipenv/bin/pipenv install --deploy --extra-pip-args=--no-compile"],
  ] as const)("by %s", (tool, command) => {
    expect(linesWith(planned(tool).text, new RegExp(`/bin/${tool} `))).toEqual([command]);
  });

  it.each([
    ["poetry", "--only main,worker --extras s3"],
    ["pdm", "--dev --group worker --group s3"],
    ["pipenv", '--categories "packages worker"'],
  ] as const)("by %s, with the groups and extras of today", (tool, end) => {
    const dependencies = { ...sample.dependencies, installedGroups: ["dev", "worker"], installedExtras: ["s3"] };
    const [command] = linesWith(planned(tool, { service: { dependencies } }).text, new RegExp(`/bin/${tool} `));
    expect(command?.endsWith(end)).toBe(true);
  });

  it("with the settings that the project keeps for the tool", () => {
    const files = [...asked("poetry").files, "poetry.toml"];
    expect(planned("poetry", { service: { files } }).plan.image.sync.manifests).toEqual([
      "pyproject.toml",
      "poetry.lock",
      "poetry.toml",
    ]);
  });
});

describe("the release of the tool", () => {
  const release = (tool: Tool, lock: Partial<LockFile> = {}, overrides: Record<string, unknown> = {}) =>
    linesWith(planned(tool, { lock, overrides }).text, /==/).map((line) => line.replace(/^.*python /, ""));

  it.each<[string, Tool, Partial<LockFile>, string]>([
    ["that wrote the lock", "poetry", { madeBy: "2.1.3" }, "--exclude-newer 2026-05-31 poetry==2.1.3"],
    ["that is newer than what is known", "poetry", { madeBy: "9.1.0" }, "poetry==9.1.0"],
    ["where it is too old", "poetry", { madeBy: "1.4.2" }, "--exclude-newer 2026-05-31 poetry==1.8.5"],
    ["where the lock does not say", "poetry", {}, "--exclude-newer 2026-05-31 poetry==1.8.5"],
    ["that reads the lock", "pdm", { format: "4.5.0" }, "--exclude-newer 2026-05-31 pdm==2.26.9"],
    ["that is known", "pipenv", {}, "--exclude-newer 2026-05-31 pipenv==2025.0.4"],
  ])("is one %s", (_, tool, lock, expected) => {
    expect(release(tool, lock)).toEqual([expected]);
  });

  it("is one that runs on an older Python", () => {
    const { lock } = asked("pipenv");
    const service = {
      python: { requires: undefined, pinned: undefined },
      lock: lock && { ...lock, requiresPython: undefined },
    };
    const given = facts(asked("pipenv", {}, service), {}, "FROM python:3.8\nRUN pipenv install --system\n");
    expect(makePlan(given).image.sync.tool?.version).toBe("2024.4.1");
  });

  it("is the one that the team names", () => {
    expect(release("pdm", {}, { sync: { version: "2.22.4" } })).toEqual(["pdm==2.22.4"]);
  });
});

it("refuses a lock that installs the project itself, whose code is not there yet", () => {
  const own = {
    name: "orders",
    version: "",
    source: "editable",
    path: ".",
    sdistOnly: false,
    dependencies: [],
    use: "production",
    askedBy: ["main"],
  } as const;
  expect(planned("pipenv", { lock: { packages: [own] } }).plan.refusals.map(({ id }) => id)).toContain("workspace");
});

it("refuses a script of the project that is more than one command", () => {
  const starts = sample.starts.map((start) => ({ ...start, argv: ["start"], wrappers: ["pdm run", "pdm run start"] }));
  const refusal = planned("pdm", { service: { starts } }).plan.refusals.find(({ id }) => id === "start-script");
  expect(refusal?.what).toMatch(/`pdm run start`/);
});

it("refuses a lock of PDM whose digest is another one", () => {
  const refusals = (format: string) => planned("pdm", { lock: { format } }).plan.refusals.map(({ id }) => id);
  expect(refusals("4.4.1")).toContain("manager");
  expect(refusals("4.5.0")).not.toContain("manager");
});

it("refuses a Pipfile whose index lacks what Pipenv demands", () => {
  const refusal = (lacks?: "name" | "verify_ssl") =>
    planned("pipenv", {
      lock: lacks === undefined ? {} : { incompleteIndex: { lacks, place: { file: "Pipfile", line: 1, text: "" } } },
    }).plan.refusals.find(({ id }) => id === "manager");
  expect(refusal("name")).toMatchObject({
    what: "Pipfile:1 names an index without `name`",
    instead: expect.stringContaining('Add `name = "pypi"` to that `[[source]]`, run `pipenv lock`'),
  });
  expect(refusal("verify_ssl")?.instead).toContain("Add `verify_ssl = true`");
  expect(refusal()).toBeUndefined();
});

it("says how to get a lock where there is none", () => {
  const said = (tool: Tool) =>
    makePlan(facts({ manager: fact(tool), lock: undefined }, {}, todayOf(`${tool} install`))).refusals.find(
      ({ id }) => id === "no-lock",
    )?.instead;
  expect(said("pdm")).toBe("Run `pdm lock`, commit pdm.lock and run again.");
});

it("reads a company's CA by the variable that the tool knows", () => {
  expect(planned("poetry").text).toContain("REQUESTS_CA_BUNDLE=/run/secrets/ca-bundle; fi");
});

it.each([
  ["orders-service", {}, "unpackaged"],
  ["orders-service", { packages: "packages = [{ include = 'app' }]" }, "package"],
  ["App", {}, "package"],
] as const)(
  "a project that Poetry finds no package of is none: %s %o",
  async (name, { packages = "" }: { packages?: string }, kind) => {
    const service = await readService(
      memoryTree({
        "pyproject.toml": `[tool.poetry]\nname = "${name}"\n${packages}\n\n[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n`,
        "app/__init__.py": "",
      }),
    );
    expect(service.packaging.kind.value).toBe(kind);
  },
);
