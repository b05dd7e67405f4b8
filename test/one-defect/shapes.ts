import { project } from "../../src/rules/queries/example.ts";
import type { Project } from "../../src/rules/rule.ts";

/** Healthy Dockerfiles of other kinds than the rules' own example: another base, another manager, one stage. */
const pinned = (image: string, digit: string): string => `${image}@sha256:${digit.repeat(64)}`;
const DEBIAN = pinned("python:3.13-slim-bookworm", "1");
const ALPINE = pinned("python:3.13-alpine3.22", "2");
const AMAZON = pinned("public.ecr.aws/amazonlinux/amazonlinux:2023.9.20251014.0", "5");
const UBI = pinned("registry.access.redhat.com/ubi9/python-312:9.6", "7");
const UBUNTU = pinned("ubuntu:24.04", "6");

export const MAKES_USER = "RUN useradd -u 10001 -M -s /usr/sbin/nologin svc\n";
export const PROBE =
  'HEALTHCHECK --interval=20s --timeout=3s --start-period=15s CMD ["python", "-c", "import urllib.request as u; u.urlopen(\'http://127.0.0.1:8000/health\', timeout=2)"]\n';
export const START =
  'CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "8"]\n';

const served = (path: string, user = "10001:10001"): string =>
  `COPY app ./app\nENV ${path}PYTHONUNBUFFERED=1\nUSER ${user}\nEXPOSE 8000\n${PROBE}${START}`;
const copied = (venv: string): string =>
  `FROM ${DEBIAN}\n${MAKES_USER}WORKDIR /srv\nCOPY --from=build ${venv} ${venv}\n${served(`PATH="${venv}/bin:$PATH" `)}`;

export const PIP = "RUN pip install --no-cache-dir -r requirements.txt\n";
const LIST = "WORKDIR /srv\nCOPY requirements.txt ./\n";
const ignored = { ".dockerignore": ".git\n.venv\n**/__pycache__\ntests\n.env*\n" };
const listed = {
  ...ignored,
  "uv.lock": "",
  "pyproject.toml": "",
  "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n",
};

const oneStage: string = `FROM ${DEBIAN}\n${MAKES_USER}${LIST}${PIP}${served("")}`;
const onAmazon: string =
  `FROM ${AMAZON}\nRUN dnf install -y python3.12 python3.12-pip shadow-utils && dnf clean all\n${LIST}` +
  `RUN python3.12 -m pip install --no-cache-dir -r requirements.txt\n${MAKES_USER}${served("")}`.replace(
    '"python"',
    '"python3.12"',
  );
const onUbi: string = `FROM ${UBI}\nWORKDIR /opt/app-root/src\nCOPY requirements.txt ./\n${PIP}${served("", "1001")}`;
const onUbuntu: string =
  `FROM ${UBUNTU}\nRUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*\n` +
  `${MAKES_USER}RUN python3 -m venv /opt/venv\nENV PATH="/opt/venv/bin:$PATH"\n${LIST}${PIP}${served("")}`;
const inVenv: string = `FROM ${DEBIAN} AS build\nRUN python -m venv /opt/venv\nENV PATH="/opt/venv/bin:$PATH"\n${LIST}${PIP}\n${copied("/opt/venv")}`;

const POETRY_RUN =
  "RUN --mount=type=cache,target=/tmp/poetry poetry install --only main --no-root --no-interaction --compile\n";
const byPoetry: string =
  `FROM ${DEBIAN} AS build\nENV POETRY_VIRTUALENVS_IN_PROJECT=1 POETRY_CACHE_DIR=/tmp/poetry\n` +
  `RUN pip install --no-cache-dir poetry==2.1.4\nWORKDIR /srv\nCOPY pyproject.toml poetry.lock ./\n${POETRY_RUN}\n${copied("/srv/.venv")}`;

const UV = pinned("ghcr.io/astral-sh/uv:0.9.8-python3.13-bookworm-slim", "3");
const MOUNTS =
  "--mount=type=cache,target=/root/.cache/uv --mount=type=bind,source=uv.lock,target=/srv/uv.lock --mount=type=bind,source=pyproject.toml,target=/srv/pyproject.toml";
const byUv: string =
  `FROM ${UV} AS build\nWORKDIR /srv\nENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never\n` +
  `RUN ${MOUNTS} uv sync --locked --no-dev --no-install-project\n\n${copied("/srv/.venv")}`;
const onAlpine: string = byUv
  .replace(UV, pinned("ghcr.io/astral-sh/uv:0.9.8-python3.13-alpine", "4"))
  .replace(DEBIAN, ALPINE)
  .replace(MAKES_USER, "RUN adduser -D -H -u 10001 -s /sbin/nologin svc\n");

const poetryLock = ["fastapi 0.121.0 main", "pytest 8.4.2 dev", "uvicorn 0.38.0 main"]
  .map((one) => one.split(" "))
  .map(([name, version, group]) => `[[package]]\nname = "${name}"\nversion = "${version}"\ngroups = ["${group}"]\n`);
const poetryFiles = {
  ...ignored,
  "uv.lock": "",
  "pyproject.toml":
    '[tool.poetry]\nname = "orders"\nversion = "0.3.0"\npackage-mode = false\n\n[tool.poetry.dependencies]\npython = "^3.12"\nfastapi = "^0.121.0"\nuvicorn = "^0.38.0"\n\n[tool.poetry.group.dev.dependencies]\npytest = "^8.0"\n',
  "poetry.lock": poetryLock.join("\n"),
};

/** A service of that kind: its Dockerfile with some of its text replaced, and more files. */
type Shape = (changes?: readonly (readonly [from: string, to: string])[], files?: Project) => Project;
const shape =
  (dockerfile: string, own: Project): Shape =>
  (changes = [], files = {}) =>
    project({ ...own, Dockerfile: changed(dockerfile, changes), ...files });

function changed(text: string, changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`The Dockerfile does not hold: ${from}`);
    return before.replace(from, () => to);
  }, text);
}

export const shapes = {
  pip: shape(oneStage, listed),
  venv: shape(inVenv, listed),
  amazon: shape(onAmazon, listed),
  ubi: shape(onUbi, listed),
  ubuntu: shape(onUbuntu, listed),
  poetry: shape(byPoetry, poetryFiles),
  uv: shape(byUv, ignored),
  alpine: shape(onAlpine, ignored),
} as const;
