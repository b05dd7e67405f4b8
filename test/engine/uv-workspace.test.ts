import { expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import {
  ASGI_SERVER,
  DEVELOPMENT,
  indexOfPip,
  INSTALLED_AS_LOCKED,
  PRODUCTION,
  verified,
} from "./support/locked-service.ts";

/** Where the index has each wheel: uv writes it into its lock. */
async function wheels(): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await run(
    "python3",
    [
      ..."-m pip install --dry-run --quiet --ignore-installed --no-deps --report -".split(" "),
      ...[...PRODUCTION, DEVELOPMENT].map(({ name, version }) => `${name}==${version}`),
    ],
    // Wheels that lie on this machine are not there in a build.
    { env: { ...process.env, PIP_FIND_LINKS: "" } },
  );
  const { install } = JSON.parse(stdout) as {
    readonly install: ReadonlyArray<{
      readonly metadata: { readonly name: string };
      readonly download_info: { readonly url: string };
    }>;
  };
  return new Map(install.map(({ metadata, download_info }) => [metadata.name, download_info.url]));
}

interface Member {
  readonly needs?: readonly string[];
  readonly pins?: readonly string[];
}

/** What `api` needs is the server and `core`; `worker` needs what must not come along. */
const MEMBERS: Readonly<Record<string, Member>> = {
  api: { needs: ["core"], pins: ["uvicorn==0.38.0"] },
  core: { pins: ["h11==0.16.0"] },
  worker: { needs: ["core"], pins: [`${DEVELOPMENT.name}==${DEVELOPMENT.version}`] },
};

const projectOf = (name: string, { needs = [], pins = [] }: Member): string =>
  `[project]
name = "${name}"
version = "1.0.0"
requires-python = ">=3.12"
dependencies = ${JSON.stringify([...needs, ...pins])}

[tool.uv.sources]
${needs.map((one) => `${one} = { workspace = true }\n`).join("")}
[build-system]
requires = ["uv_build"]
build-backend = "uv_build"
`;

const table = (name: string, version: string, source: string, needs: readonly string[]): readonly string[] => [
  "",
  "[[package]]",
  `name = "${name}"`,
  `version = "${version}"`,
  `source = { ${source} }`,
  ...(needs.length === 0 ? [] : [`dependencies = [${needs.map((one) => `{ name = "${one}" }`).join(", ")}]`]),
];

async function lock(): Promise<string> {
  const [index, urls] = await Promise.all([indexOfPip(), wheels()]);
  return [
    "version = 1",
    "revision = 3",
    'requires-python = ">=3.12"',
    "",
    "[manifest]",
    `members = ${JSON.stringify(Object.keys(MEMBERS))}`,
    ...Object.entries(MEMBERS).flatMap(([name, { needs = [], pins = [] }]) => [
      ...table(name, "1.0.0", `editable = "packages/${name}"`, [
        ...needs,
        ...pins.map((pin) => pin.split("==")[0] ?? ""),
      ]),
      "",
      "[package.metadata]",
      `requires-dist = [${[
        ...needs.map((one) => `{ name = "${one}", editable = "packages/${one}" }`),
        ...pins.map((pin) => `{ name = "${pin.split("==")[0]}", specifier = "==${pin.split("==")[1]}" }`),
      ].join(", ")}]`,
    ]),
    ...[...PRODUCTION, DEVELOPMENT].flatMap(({ name, version, sha256, needs = [] }) => [
      ...table(name, version, `registry = "${index}"`, needs),
      `wheels = [{ url = "${urls.get(name)}", hash = "sha256:${sha256}" }]`,
    ]),
    "",
  ].join("\n");
}

/** It starts only where what `worker` needs is absent. */
const SERVER = `import importlib.util

import h11

assert importlib.util.find_spec("${DEVELOPMENT.name}") is None and importlib.util.find_spec("worker") is None


${ASGI_SERVER}`;

it("builds a member of a uv workspace with the members that it needs, and installs nothing again after an edit of one", async () => {
  const { failing, statuses } = await verified({
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
    "uv.lock": await lock(),
    "tiny/__init__.py": undefined,
    "tiny/server.py": undefined,
    ...Object.fromEntries(
      Object.entries(MEMBERS).map(([name, member]) => [`packages/${name}/pyproject.toml`, projectOf(name, member)]),
    ),
    "packages/api/src/api/__init__.py": "from core.server import app\n",
    // The application lies here, so that this is the source that is edited.
    "packages/core/src/core/__init__.py": "",
    "packages/core/src/core/server.py": SERVER,
    "packages/worker/src/worker/__init__.py": `import ${DEVELOPMENT.name}\n`,
    Dockerfile: `FROM python:3.13-slim
RUN pip install uv
WORKDIR /app
COPY . .
RUN uv sync --package api
EXPOSE 8000
CMD ["/app/.venv/bin/uvicorn", "core.server:app", "--host", "0.0.0.0", "--port", "8000"]
`,
  });
  expect(failing).toEqual([]);
  // No group is for development here.
  expect(statuses).toMatchObject({ ...INSTALLED_AS_LOCKED, "dev-dependencies-absent": "not-applicable" });
});
