import {
  builder,
  changed,
  healthcheck,
  healthy,
  healthyDockerfile,
  healthyWith,
  project,
  runtime,
  slim,
  startLine,
  syncLine,
  uvImage,
} from "../../src/rules/queries/example.ts";
import type { Project } from "../../src/rules/rule.ts";
import { type OneDefect, row } from "./defect.ts";
import { deploymentDefects } from "./table-deployments.ts";
import { managerDefects } from "./table-managers.ts";
import { ruleDefects } from "./table-rules.ts";
import { syntaxDefects } from "./table-syntax.ts";
import { trapDefects } from "./table-traps.ts";

/** One row for each problem that a Dockerfile of a Python service has in practice; one defect in each. */

const COPY_APP = "COPY app/ /app/app/\n";
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const apt = (packages: string) =>
  `RUN apt-get update && apt-get install -y --no-install-recommends ${packages} && rm -rf /var/lib/apt/lists/*\n`;
const inRuntime = (line: string) => healthyWith(["RUN groupadd", `${line}RUN groupadd`]);
const MANIFESTS = "COPY pyproject.toml uv.lock ./\n";
const SYNC = "RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-install-project\n";
const byCopy = builder.replace(syncLine, MANIFESTS + SYNC);
const IGNORE = ".git\n.venv\n**/__pycache__\ntests\n.env\n";
const command = (...argv: readonly string[]) => `CMD ${JSON.stringify(argv).replaceAll('","', '", "')}\n`;
const health = (probe: string) =>
  `HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \\\n  CMD ${probe}\n`;
const wholeBuilder = `${builder.replace(syncLine, "")}COPY . .\n${SYNC}`;

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
const install = (flags: string) =>
  `${MANIFESTS}COPY app/ /app/app/\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev${flags}\n`;

const base: readonly OneDefect[] = [
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

const dependencies: readonly OneDefect[] = [
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

const layers: readonly OneDefect[] = [
  row(
    "17",
    "compilers in the shipped image",
    ["build-tools-in-final"],
    project({ Dockerfile: inRuntime(apt("gcc")) }),
    project({ Dockerfile: inRuntime(apt("libpq5")) }),
  ),
  row(
    "18",
    "git in the shipped image",
    ["vcs-or-debug-tool-in-final"],
    project({ Dockerfile: inRuntime(apt("git")) }),
    project({ Dockerfile: inRuntime(apt("libpq5")) }),
  ),
  row(
    "19",
    "the source is copied before the dependencies",
    ["dependency-layer-invalidated-by-source"],
    project({ Dockerfile: wholeBuilder + runtime + startLine }),
  ),
  row(
    "33",
    "a .env of the context reaches the image",
    ["secret-file-reaches-image"],
    project({
      Dockerfile: healthyWith([COPY_APP, "COPY . /app/\n"]),
      ".dockerignore": ".git\n.venv\n**/__pycache__\ntests\n",
      ".env": "DATABASE_PASSWORD=example\n",
    }),
    project({ Dockerfile: healthyWith([COPY_APP, "COPY . /app/\n"]), ".env": "DATABASE_PASSWORD=example\n" }),
  ),
  row(
    "34",
    "no .dockerignore",
    ["context-too-broad", "host-venv-overwrites-image-venv"],
    project({
      Dockerfile: healthyWith([COPY_APP, "COPY . /app/\n"]),
      ".dockerignore": "",
    }),
    project({ Dockerfile: healthyWith([COPY_APP, "COPY . /app/\n"]) }),
  ),
  row(
    "35",
    "the host's .venv lies over the image's",
    ["host-venv-overwrites-image-venv"],
    project({
      Dockerfile: healthyWith([COPY_APP, "COPY . /app/\n"]),
      ".dockerignore": ".git\n**/__pycache__\ntests\n.env\n",
    }),
    project({ Dockerfile: healthyWith([COPY_APP, "COPY . /app/\n"]) }),
  ),
  row(
    "48",
    "package lists left",
    ["package-lists-left"],
    project({ Dockerfile: inRuntime(apt("libpq5").replace(" && rm -rf /var/lib/apt/lists/*", "")) }),
    project({ Dockerfile: inRuntime(apt("libpq5")) }),
  ),
  row(
    "49",
    "recommended packages installed",
    ["recommends-installed"],
    project({ Dockerfile: inRuntime(apt("libpq5").replace(" --no-install-recommends", "")) }),
    project({ Dockerfile: inRuntime(apt("libpq5")) }),
  ),
  row(
    "50",
    "chown -R stores the files twice",
    ["recursive-chown-duplicates-layer"],
    changed([COPY_APP, `${COPY_APP}RUN chown -R 0:1001 /app\n`]),
    changed([COPY_APP, "COPY --chown=0:1001 app/ /app/app/\n"]),
  ),
  row(
    "55",
    "COPY of a file that is not there",
    ["copy-of-ignored-or-missing-file"],
    changed([COPY_APP, `${COPY_APP}COPY settings.toml /app/\n`]),
    { ...changed([COPY_APP, `${COPY_APP}COPY settings.toml /app/\n`]), "settings.toml": "x = 1\n" },
  ),
  row(
    "57",
    "a variable is set twice",
    ["duplicate-env"],
    changed(["EXPOSE 8000", "ENV PYTHONUNBUFFERED=1\nEXPOSE 8000"]),
  ),
  row(
    "60",
    "tests in the image",
    ["tests-in-final"],
    project({
      Dockerfile: healthyWith([COPY_APP, "COPY . /app/\n"]),
      ".dockerignore": ".git\n.venv\n**/__pycache__\n.env\n",
      "tests/test_app.py": "def test_app() -> None: ...\n",
    }),
    project({
      Dockerfile: healthyWith([COPY_APP, "COPY . /app/\n"]),
      "tests/test_app.py": "def test_app() -> None: ...\n",
    }),
  ),
];

const start = (line: string): Project => changed([startLine, line]);
const uvicorn = ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "20"];
const flaskService = (line: string): Project => ({
  ...start(line),
  "app/main.py":
    'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/health")\ndef health() -> str:\n    return "ok"\n',
  "pyproject.toml": (healthy["pyproject.toml"] ?? "")
    .replace("fastapi==0.121.0", "flask==3.1.2")
    .replace("uvicorn==0.38.0", "gunicorn==23.0.0"),
  "uv.lock": (healthy["uv.lock"] ?? "")
    .replaceAll("fastapi", "flask")
    .replaceAll("0.121.0", "3.1.2")
    .replaceAll("uvicorn", "gunicorn")
    .replaceAll("0.38.0", "23.0.0"),
});
const gunicorn = command("gunicorn", "app.main:app", "-b", "0.0.0.0:8000", "--graceful-timeout", "20");

const running: readonly OneDefect[] = [
  row("20", "the command is in shell form", ["shell-form-cmd"], start(`CMD ${uvicorn.join(" ")}\n`)),
  row(
    "21",
    "sh -c without exec",
    ["sh-c-without-exec"],
    start(command("sh", "-c", `alembic upgrade head && ${uvicorn.join(" ")}`)),
    start(command("sh", "-c", `alembic upgrade head && exec ${uvicorn.join(" ")}`)),
  ),
  row("22", "no limit to a graceful stop", ["no-graceful-shutdown-timeout"], start(command(...uvicorn.slice(0, -2)))),
  row(
    "23",
    "STOPSIGNAL that cannot be handled",
    ["bad-stopsignal"],
    changed(["EXPOSE 8000", "STOPSIGNAL SIGKILL\nEXPOSE 8000"]),
    changed(["EXPOSE 8000", "STOPSIGNAL SIGTERM\nEXPOSE 8000"]),
  ),
  row("27", "EXPOSE of another port", ["port-mismatch"], changed(["EXPOSE 8000", "EXPOSE 9000"])),
  row("47", "output is buffered", ["python-output-buffered"], changed([" PYTHONUNBUFFERED=1", ""])),
  row("51", "a server that reloads", ["dev-server-or-reload"], start(command(...uvicorn, "--reload"))),
  row(
    "52",
    "bound to the loopback address",
    ["binds-loopback"],
    changed(['"--host", "0.0.0.0"', '"--host", "127.0.0.1"']),
  ),
  row(
    "53",
    "Flask's development server",
    ["dev-server-or-reload", "server-ignores-sigterm"],
    flaskService(command("flask", "--app", "app.main", "run", "--host", "0.0.0.0", "--port", "8000")),
    flaskService(gunicorn),
  ),
  row("54", "the command's module is not copied", ["command-target-missing"], changed([COPY_APP, ""])),
  row(
    "56",
    "logs go to a file",
    ["logs-to-file"],
    flaskService(gunicorn.replace("]", ', "--access-logfile", "/var/log/access.log"]')),
    flaskService(gunicorn.replace("]", ', "--access-logfile", "-"]')),
  ),
];

const probed: readonly OneDefect[] = [
  row("24", "no health check", ["healthcheck-missing"], changed([healthcheck, ""])),
  row(
    "25",
    "the health check's program is not there",
    ["healthcheck-tool-absent"],
    changed([healthcheck, health('["curl", "-fsS", "http://127.0.0.1:8000/health"]')]),
  ),
  row(
    "26",
    "the health check asks another port",
    ["port-mismatch"],
    changed(["127.0.0.1:8000/health", "127.0.0.1:9000/health"]),
  ),
  row(
    "61",
    "wget in a health check on python:slim",
    ["healthcheck-tool-absent"],
    changed([healthcheck, health('["wget", "-qO-", "http://127.0.0.1:8000/health"]')]),
  ),
];

const users = healthyDockerfile
  .split("\n")
  .filter((line) => line.startsWith("RUN groupadd") || line.includes("useradd"))
  .join("\n");
const secrets: readonly OneDefect[] = [
  row(
    "28",
    "a secret in ENV",
    ["secret-in-arg-or-env"],
    changed(["EXPOSE 8000", "ENV PAYMENT_API_TOKEN=tok-0123456789abcdef\nEXPOSE 8000"]),
  ),
  row(
    "29",
    "a secret in ARG",
    ["secret-in-arg-or-env"],
    changed(["COPY --from=uv /uv", "ARG INDEX_TOKEN\nCOPY --from=uv /uv"]),
  ),
  row(
    "30",
    "a password in a database's address",
    ["credentials-in-url"],
    changed(["EXPOSE 8000", "ENV DATABASE_URL=postgresql://app:hunter2hunter2@db/app\nEXPOSE 8000"]),
    changed(["EXPOSE 8000", "ENV DATABASE_HOST=db\nEXPOSE 8000"]),
  ),
  row(
    "31",
    "a password in a RUN",
    ["credentials-in-url"],
    changed([
      "    uv sync --locked",
      "    UV_EXTRA_INDEX_URL=https://ci:hunter2hunter2@index.example/simple uv sync --locked",
    ]),
  ),
  row("32", "a .env file is copied", ["secret-file-reaches-image"], {
    ...changed([COPY_APP, `${COPY_APP}COPY .env /app/.env\n`]),
    ".dockerignore": ".git\n.venv\n**/__pycache__\ntests\n",
    ".env": "DATABASE_PASSWORD=example\n",
  }),
  row("36", "no USER", ["runs-as-root"], changed(["USER 1001:1001\n", ""])),
  row("37", "USER root at the end", ["runs-as-root"], changed(["EXPOSE 8000", "USER root\nEXPOSE 8000"])),
  row(
    "38",
    "a user that nobody made",
    ["user-not-created", "user-not-numeric"],
    changed([`${users}\n`, ""], ["USER 1001:1001", "USER app"]),
    changed([`${users}\n`, ""]),
  ),
  row(
    "39",
    "a login shell for the service's user",
    ["login-shell-for-service-user"],
    changed(["--shell /usr/sbin/nologin", "--shell /bin/bash"]),
  ),
];

export const defects: readonly OneDefect[] = [
  ...base,
  ...dependencies,
  ...layers,
  ...running,
  ...probed,
  ...secrets,
  ...trapDefects,
  ...syntaxDefects,
  ...ruleDefects,
  ...deploymentDefects,
  ...managerDefects,
].toSorted((a, b) => Number.parseInt(a.id, 10) - Number.parseInt(b.id, 10) || (a.id < b.id ? -1 : 1));
