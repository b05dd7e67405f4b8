import {
  changed,
  healthcheck,
  healthy,
  healthyDockerfile,
  project,
  slim,
  startLine,
  uvImage,
} from "../../src/rules/queries/example.ts";
import { type OneDefect, row } from "./defect.ts";
import { SYNC, inRuntime, apt, MANIFESTS, COPY_APP } from "./lines.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const needs = (dependency: string): string => `[project]
name = "reactions"
version = "1.0.0"
requires-python = ">=3.12"
dependencies = ["fastapi==0.121.0", "uvicorn==0.38.0", "${dependency}"]

[dependency-groups]
dev = ["pytest==8.4.2"]
`;
const singleStage = (sync: string): string =>
  `FROM ${slim}\nCOPY --from=${uvImage} /uv /usr/local/bin/uv\nWORKDIR /app\n` +
  `ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never\n${MANIFESTS}${sync}` +
  `${COPY_APP}ENV PATH="/app/.venv/bin:$PATH" PYTHONUNBUFFERED=1\nUSER 1001:1001\nEXPOSE 8000\n${healthcheck}${startLine}`;

/** What the image is built from, and for which Python. */
export const baseDefects: readonly OneDefect[] = [
  row("01", "base without digest", ["base-not-digest-pinned"], {
    ...healthy,
    Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.13-slim-trixie"),
  }),
  row("02", "base named by a moving tag", ["base-floating-tag", "base-not-digest-pinned"], {
    ...healthy,
    Dockerfile: healthyDockerfile.replaceAll(slim, "python:3-slim-trixie"),
  }),
  row(
    "03",
    "uv's image named latest",
    ["helper-image-floating", "base-not-digest-pinned"],
    changed([`FROM ${uvImage} AS uv\n\n`, ""], ["--from=uv /uv", "--from=ghcr.io/astral-sh/uv:latest /uv"]),
    changed([`FROM ${uvImage} AS uv\n\n`, ""], ["--from=uv /uv", `--from=${uvImage} /uv`]),
  ),
  row(
    "04",
    "uv installed without a version",
    ["uv-or-pip-tool-unpinned"],
    changed(
      ["COPY --from=uv /uv /usr/local/bin/uv\n", "RUN pip install --no-cache-dir uv\n"],
      [`FROM ${uvImage} AS uv\n\n`, ""],
    ),
    changed(
      ["COPY --from=uv /uv /usr/local/bin/uv\n", "RUN pip install --no-cache-dir uv==0.9.8\n"],
      [`FROM ${uvImage} AS uv\n\n`, ""],
    ),
  ),
  row(
    "05",
    "one stage, uv in the shipped image",
    ["single-stage-with-build-tooling", "uv-in-final-stage"],
    project({ Dockerfile: singleStage(SYNC) }),
  ),
  row(
    "06",
    "uv's cache left in the image",
    ["uv-cache-in-image", "single-stage-with-build-tooling", "uv-in-final-stage"],
    project({ Dockerfile: singleStage("RUN uv sync --locked --no-dev --no-install-project\n") }),
  ),
  row("14", "base older than requires-python", ["python-outside-requires-python"], {
    ...changed(),
    "pyproject.toml": (healthy["pyproject.toml"] ?? "").replace(">=3.12", ">=3.14"),
    "uv.lock": (healthy["uv.lock"] ?? "").replace(">=3.12", ">=3.14"),
  }),
  row(
    "15",
    "a Python that the distribution does not have",
    ["python-not-in-distribution"],
    project({
      Dockerfile: distribution("python3.12"),
    }),
    project({
      Dockerfile: distribution("python3.11"),
      "pyproject.toml": (healthy["pyproject.toml"] ?? "").replace(">=3.12", ">=3.11"),
      "uv.lock": (healthy["uv.lock"] ?? "").replace(">=3.12", ">=3.11"),
    }),
  ),
  row(
    "16",
    "another Python in the runtime than in the builder",
    ["builder-runtime-python-mismatch"],
    changed([`FROM ${slim}\n`, `FROM python:3.12-slim-trixie@${digest("c")}\n`]),
  ),
  row("58", "another libc in the runtime than in the builder", ["builder-runtime-libc-mismatch"], {
    ...healthy,
    Dockerfile: healthyDockerfile.replace(
      `FROM ${slim} AS builder`,
      `FROM python:3.13-alpine3.22@${digest("d")} AS builder`,
    ),
  }),
  row(
    "59",
    "a shared library missing in the runtime",
    ["runtime-shared-library-missing"],
    {
      ...healthy,
      "pyproject.toml": needs("psycopg2==2.9.10"),
      "uv.lock": locked("psycopg2", "2.9.10"),
    },
    {
      ...healthy,
      Dockerfile: inRuntime(apt("libpq5")),
      "pyproject.toml": needs("psycopg2==2.9.10"),
      "uv.lock": locked("psycopg2", "2.9.10"),
    },
  ),
];

/** A base without a Python of its own, in both stages. */
function distribution(python: string): string {
  const image = `debian:bookworm-slim@${digest("e")}`;
  const packages = apt(`${python} ${python}-venv`);
  return healthyDockerfile
    .replace(`FROM ${slim} AS builder\n`, `FROM ${image} AS builder\n${packages}`)
    .replace(`FROM ${slim}\n`, `FROM ${image}\n${packages}`)
    .replace('CMD ["python", "-c"', `CMD ["${python}", "-c"`);
}

/** The healthy lock with one package more that the project asks for. */
function locked(name: string, version: string): string {
  const lock = healthy["uv.lock"] ?? "";
  const entry = `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://index.example/${name}-${version}-py3-none-any.whl" }]\n\n`;
  return lock
    .replace('[[package]]\nname = "pytest"', `${entry}[[package]]\nname = "pytest"`)
    .replace('    { name = "uvicorn" },\n', `    { name = "${name}" },\n    { name = "uvicorn" },\n`)
    .replace(
      '    { name = "uvicorn", specifier',
      `    { name = "${name}", specifier = "==${version}" },\n    { name = "uvicorn", specifier`,
    );
}
