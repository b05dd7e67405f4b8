import {
  builder,
  changed,
  healthyWith,
  project,
  runtime,
  startLine,
  syncLine,
} from "../../src/rules/queries/example.ts";
import { type OneDefect, row } from "./defect.ts";
import { MANIFESTS, SYNC } from "./lines.ts";

const byCopy = builder.replace(syncLine, MANIFESTS + SYNC);
const IGNORE = ".git\n.venv\n**/__pycache__\ntests\n.env\n";

const packaged = (extra = ""): string => `[project]
name = "reactions"
version = "1.0.0"
${extra}requires-python = ">=3.12"
dependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]

[dependency-groups]
dev = ["pytest==8.4.2"]

[build-system]
requires = ["hatchling==1.28.0"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["app"]
`;
const install = (flags: string) =>
  `${MANIFESTS}COPY app/ /app/app/\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev${flags}\n`;

/** How dependencies are declared, locked and installed. */
export const dependencyDefects: readonly OneDefect[] = [
  row(
    "07",
    "the container starts with uv run",
    ["runtime-uv-run", "uv-in-final-stage"],
    changed(
      [startLine, startLine.replace('["uvicorn"', '["uv", "run", "uvicorn"')],
      ["WORKDIR /app\nCOPY --from=builder", "COPY --from=uv /uv /usr/local/bin/uv\nWORKDIR /app\nCOPY --from=builder"],
    ),
  ),
  row(
    "08",
    "the lock is ignored and copied",
    ["lock-not-in-context", "copy-of-ignored-or-missing-file"],
    project({
      Dockerfile: byCopy + runtime + startLine,
      ".dockerignore": `${IGNORE}uv.lock\n`,
    }),
    project({ Dockerfile: byCopy + runtime + startLine }),
  ),
  row(
    "09",
    "the lock is ignored, and COPY . . brings none",
    ["lock-not-in-context", "dependency-layer-invalidated-by-source", "sync-without-frozen-or-locked"],
    project({
      Dockerfile: `${builder.replace(syncLine, "")}COPY . .\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --no-dev --no-install-project\n${runtime}${startLine}`,
      ".dockerignore": `${IGNORE}uv.lock\n`,
    }),
  ),
  row(
    "10",
    "the lock is ignored by a list with exceptions",
    ["lock-not-in-context", "copy-of-ignored-or-missing-file"],
    project({
      Dockerfile: byCopy + runtime + startLine,
      ".dockerignore": "*\n!app\n!pyproject.toml\n",
    }),
    project({ Dockerfile: byCopy + runtime + startLine, ".dockerignore": "*\n!app\n!pyproject.toml\n!uv.lock\n" }),
  ),
  row(
    "11",
    "the lock is not in the repository",
    ["copy-of-ignored-or-missing-file", "lock-not-tracked"],
    project({
      Dockerfile: byCopy + runtime + startLine,
      "uv.lock": "",
    }),
    project({ Dockerfile: byCopy + runtime + startLine }),
  ),
  row(
    "12",
    "uv sync without --locked or --frozen",
    ["sync-without-frozen-or-locked"],
    changed(["uv sync --locked", "uv sync"]),
  ),
  row(
    "12b",
    "the project is synced without --locked",
    ["sync-without-frozen-or-locked"],
    project({
      Dockerfile: healthyWith([syncLine, syncLine + install(" --no-editable").replace("--locked ", "")]),
      "pyproject.toml": packaged(),
    }),
    project({
      Dockerfile: healthyWith([syncLine, syncLine + install(" --no-editable")]),
      "pyproject.toml": packaged(),
    }),
  ),
  row("13", "development dependencies in the image", ["dev-dependencies-in-final"], changed([" --no-dev", ""])),
  row("40", "the environment is not on PATH", ["venv-not-on-path"], changed(['PATH="/app/.venv/bin:$PATH" ', ""])),
  row(
    "41",
    "the environment was moved",
    ["venv-moved"],
    changed(["/app/.venv /app/.venv", "/app/.venv /opt/venv"], ['PATH="/app/.venv', 'PATH="/opt/venv']),
  ),
  row(
    "42",
    "an editable install without its source",
    ["editable-install-shipped"],
    project({
      Dockerfile: elsewhere(""),
      "pyproject.toml": packaged(),
    }),
    project({ Dockerfile: elsewhere(" --no-editable"), "pyproject.toml": packaged() }),
  ),
  row(
    "43",
    "the README that the build reads is missing",
    ["project-metadata-missing"],
    project({
      Dockerfile: healthyWith([syncLine, syncLine + install(" --no-editable")]),
      "pyproject.toml": packaged('readme = "README.md"\n'),
      "README.md": "# Reactions\n",
    }),
    project({
      Dockerfile: healthyWith([
        syncLine,
        syncLine + install(" --no-editable").replace("uv.lock ./", "uv.lock README.md ./"),
      ]),
      "pyproject.toml": packaged('readme = "README.md"\n'),
      "README.md": "# Reactions\n",
    }),
  ),
  row("44", "no bytecode is compiled", ["bytecode-not-compiled"], changed(["UV_COMPILE_BYTECODE=1 ", ""])),
  row(
    "45",
    "no link mode with a cache mount",
    ["link-mode-unset-with-cache-mount"],
    changed(["UV_LINK_MODE=copy ", ""]),
  ),
  row("46", "uv may download a Python", ["python-downloads-allowed"], changed([" UV_PYTHON_DOWNLOADS=never", ""])),
  row(
    "62",
    "a cache mount that the user cannot write",
    ["cache-mount-not-writable-by-user"],
    changed([
      "RUN --mount=type=cache,target=/root/.cache/uv",
      "USER 1001\nENV UV_CACHE_DIR=/cache\nRUN --mount=type=cache,target=/cache",
    ]),
    changed([
      "RUN --mount=type=cache,target=/root/.cache/uv",
      "USER 1001\nENV UV_CACHE_DIR=/cache\nRUN --mount=type=cache,target=/cache,uid=1001,gid=1001",
    ]),
  ),
];

/** The project installed in a folder that the runtime does not have. */
function elsewhere(flags: string): string {
  return healthyWith([syncLine, MANIFESTS + SYNC + install(flags)])
    .replace("WORKDIR /app\nENV UV", "WORKDIR /src\nENV UV_PROJECT_ENVIRONMENT=/app/.venv UV")
    .replaceAll("COPY app/ /app/app/\nRUN --mount", "COPY app/ app/\nRUN --mount");
}
