import type { Project } from "../rule.ts";

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** References with a digest, so that an example shows its own defect and no other. */
export const slim = `python:3.13-slim-trixie@${digest("a")}`;
export const uvImage = `ghcr.io/astral-sh/uv:0.9.8@${digest("b")}`;

export const syncLine: string =
  "RUN --mount=type=cache,target=/root/.cache/uv \\\n" +
  "    --mount=type=bind,source=uv.lock,target=/app/uv.lock \\\n" +
  "    --mount=type=bind,source=pyproject.toml,target=/app/pyproject.toml \\\n" +
  "    uv sync --locked --no-dev --no-install-project\n";

/** The builder of a healthy image; a rule's example replaces the part it is about. */
export const builder: string =
  `FROM ${uvImage} AS uv\n\nFROM ${slim} AS builder\n` +
  "COPY --from=uv /uv /usr/local/bin/uv\nWORKDIR /app\n" +
  `ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never\n${syncLine}\n`;

export const healthcheck: string =
  "HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \\\n" +
  `  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=4)"]\n`;

export const startLine: string =
  'CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "20"]\n';

export const runtime: string =
  `FROM ${slim}\n` +
  "RUN groupadd --gid 1001 app && \\\n" +
  "    useradd --uid 1001 --gid 1001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin app\n" +
  "WORKDIR /app\nCOPY --from=builder /app/.venv /app/.venv\nCOPY app/ /app/app/\n" +
  `ENV PATH="/app/.venv/bin:$PATH" PYTHONUNBUFFERED=1\nUSER 1001:1001\nEXPOSE 8000\n${healthcheck}`;

/** A Dockerfile about which no rule has anything to say. */
export const healthyDockerfile: string = builder + runtime + startLine;

/** AWS' web adapter, an extension of Lambda that hands requests on to a server within. */
export const lambdaAdapter: string = `COPY --from=example.com/web-adapter:1.0@${digest("c")} /lambda-adapter /opt/extensions/lambda-adapter\n`;

type Change = readonly [from: string, to: string];

/** A text with some of it replaced; throws when that is not there, so examples stay true. */
function replaced(text: string, ...changes: readonly Change[]): string {
  return changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`The example's text does not hold: ${from}`);
    return before.replace(from, () => to);
  }, text);
}

/** The healthy Dockerfile with some of its text replaced. */
export const healthyWith = (...changes: readonly Change[]): string => replaced(healthyDockerfile, ...changes);

/** A file of the healthy service with some of its text replaced. */
export const healthyFile = (file: string, ...changes: readonly Change[]): string =>
  replaced(healthy[file] ?? "", ...changes);

const pyproject = `[project]
name = "reactions"
version = "1.0.0"
requires-python = ">=3.12"
dependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]

[dependency-groups]
dev = ["pytest==8.4.2"]
`;

const lock = `version = 1
revision = 3
requires-python = ">=3.12"

[[package]]
name = "fastapi"
version = "0.121.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/fastapi-0.121.0-py3-none-any.whl" }]

[[package]]
name = "pytest"
version = "8.4.2"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/pytest-8.4.2-py3-none-any.whl" }]

[[package]]
name = "reactions"
version = "1.0.0"
source = { virtual = "." }
dependencies = [
    { name = "fastapi" },
    { name = "uvicorn" },
]

[package.dev-dependencies]
dev = [
    { name = "pytest" },
]

[package.metadata]
requires-dist = [
    { name = "fastapi", specifier = "==0.121.0" },
    { name = "uvicorn", specifier = "==0.38.0" },
]

[package.metadata.requires-dev]
dev = [{ name = "pytest", specifier = "==8.4.2" }]

[[package]]
name = "uvicorn"
version = "0.38.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/uvicorn-0.38.0-py3-none-any.whl" }]
`;

const main = `from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
`;

/** The files that say what the healthy service depends on, with more packages among that: `gunicorn 23.0.0`. */
export function depending(...packages: readonly string[]): Project {
  const more = packages.map((one) => one.split(" ")).map(([name = "", version = ""]) => ({ name, version }));
  const each = (text: (one: (typeof more)[number]) => string): string => more.map(text).join("");
  const index = "https://index.example";
  return {
    "pyproject.toml": replaced(pyproject, [
      '"uvicorn==0.38.0"',
      `"uvicorn==0.38.0"${each(({ name, version }) => `, "${name}==${version}"`)}`,
    ]),
    "uv.lock": replaced(
      lock,
      [
        '    { name = "uvicorn" },\n',
        `    { name = "uvicorn" },\n${each(({ name }) => `    { name = "${name}" },\n`)}`,
      ],
      [
        '    { name = "uvicorn", specifier = "==0.38.0" },\n',
        `    { name = "uvicorn", specifier = "==0.38.0" },\n${each(({ name, version }) => `    { name = "${name}", specifier = "==${version}" },\n`)}`,
      ],
    ).concat(
      each(
        ({ name, version }) =>
          `\n[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "${index}/simple" }\nwheels = [{ url = "${index}/${name}-${version}-py3-none-any.whl" }]\n`,
      ),
    ),
  };
}

/** A small complete service around the given files; a file given as "" is left out. */
export function project(files: Project): Project {
  const whole: Record<string, string> = {
    "pyproject.toml": pyproject,
    "uv.lock": lock,
    ".dockerignore": ".git\n.venv\n**/__pycache__\ntests\n.env\n",
    "app/__init__.py": "# The service's package.\n",
    "app/main.py": main,
    ...files,
  };
  return Object.fromEntries(Object.entries(whole).filter(([, content]) => content !== ""));
}

/** The healthy service with the given changes to its Dockerfile. */
export const changed = (...changes: readonly Change[]): Project => project({ Dockerfile: healthyWith(...changes) });

/** The healthy service with more instructions at the start of its builder. */
export const inBuilder = (lines: string): Project => {
  const from = `FROM ${slim} AS builder\n`;
  return changed([from, `${from}${lines}\n`]);
};

/** A step of Debian's that installs a program and leaves nothing else. */
export const installing = (program: string): string =>
  `RUN apt-get update && apt-get install -y --no-install-recommends ${program} && rm -rf /var/lib/apt/lists/*\n`;

export const healthy: Project = project({ Dockerfile: healthyDockerfile });

const names = ["fastapi 0.121.0", "uvicorn 0.38.0"].map((one) => one.split(" "));
const tables = names
  .map(([name, version]) => `[[package]]\nname = "${name}"\nversion = "${version}"\ngroups = ["main", "default"]\n\n`)
  .join("");
const listed = names.map(([name, version]) => `${name} = "==${version}"\n`).join("");
const MANAGED = {
  poetry: {
    install: "poetry install --only main",
    version: "2.1.4",
    files: {
      "pyproject.toml": `[tool.poetry]\npackage-mode = false\n\n[tool.poetry.dependencies]\n${listed}`,
      "poetry.lock": tables,
    },
  },
  pdm: {
    install: "pdm sync --prod",
    version: "2.26.2",
    files: {
      "pyproject.toml":
        '[project]\nname = "reactions"\nversion = "1.0.0"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n',
      "pdm.lock": tables,
    },
  },
  pipenv: {
    install: "pipenv sync",
    version: "2025.0.4",
    files: {
      Pipfile: `[packages]\n${listed}`,
      "Pipfile.lock": JSON.stringify({
        default: Object.fromEntries(names.map(([name, version]) => [name, { version: `==${version}` }])),
        develop: {},
      }),
    },
  },
};

/** The healthy service with another manager: its variables, more words for its command, other files, and changes to the Dockerfile. */
export function byManager(
  manager: keyof typeof MANAGED,
  {
    env,
    flags = { poetry: " --no-root", pdm: " --no-self", pipenv: "" }[manager],
    files = {},
    changes = [],
  }: {
    readonly env?: string;
    readonly flags?: string;
    readonly files?: Project;
    readonly changes?: readonly Change[];
  } = {},
): Project {
  const { install, version, files: own } = MANAGED[manager];
  const step = `COPY ${Object.keys(own).join(" ")} ./\n${env === undefined ? "" : `ENV ${env}\n`}RUN pip install --no-cache-dir ${manager}==${version} && ${install}${flags}\n`;
  return project({
    Dockerfile: healthyWith([syncLine, step], ...changes),
    "pyproject.toml": "",
    "uv.lock": "",
    ...own,
    ...files,
  });
}
