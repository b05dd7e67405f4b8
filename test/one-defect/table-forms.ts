import { type OneDefect, row } from "./defect.ts";
import { MAKES_USER, PIP, PROBE, shapes, START } from "./shapes.ts";

const { pip, venv, amazon, ubi, ubuntu, poetry, uv, alpine } = shapes;
const apt = (mounts: string): readonly [string, string] => [
  MAKES_USER,
  `RUN ${mounts}apt-get update && apt-get install -y --no-install-recommends libpq5\n${MAKES_USER}`,
];
const scripted = (last: string, first = "#!/bin/sh") => ({ "docker/start.sh": `${first}\nset -e\n${last}\n` });
const SCRIPT: readonly [string, string] = [
  START,
  `COPY --chmod=755 docker/start.sh /usr/local/bin/\nENTRYPOINT ["start.sh"]\n`,
];
const HANDED: readonly [string, string] = [START, `${SCRIPT[1]}${START}`];
const serves = "exec uvicorn app.main:app --host 0.0.0.0 --timeout-graceful-shutdown 8";
const readme = {
  "README.md": "# orders\n",
  "requirements.txt": "",
  "pyproject.toml":
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[project]\nname = "orders"\nversion = "1"\nreadme = "README.md"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[tool.hatch.build.targets.wheel]\npackages = ["app"]\n',
};
const ofProject: readonly (readonly [string, string])[] = [
  ["COPY requirements.txt ./\n", ""],
  [PIP, "COPY pyproject.toml README.md* ./\nCOPY app ./app\nRUN pip install --no-cache-dir .\n"],
  ["COPY app ./app\nENV", "ENV"],
];

/** Known problems in other forms, each beside a healthy service of the same form. */
export const formDefects: readonly OneDefect[] = [
  row(
    "301",
    "a shell's variable in an array, on Amazon Linux",
    ["shell-syntax-in-array"],
    amazon([['"8000", "--t', '"$PORT", "--t']]),
    amazon(),
  ),
  row(
    "302",
    "`||` in the array of a health check",
    ["shell-syntax-in-array"],
    ubi([['timeout=2)"]', 'timeout=2)", "||", "exit", "1"]']]),
    ubi(),
  ),
  row(
    "303",
    "the limit of a version is a redirection, in a heredoc",
    ["version-read-as-redirect"],
    pip([[PIP, `RUN <<EOF\nset -e\npip install --no-cache-dir wheel>=0.45 -r requirements.txt\nEOF\n`]]),
    pip([[PIP, `RUN <<EOF\nset -e\npip install --no-cache-dir "wheel>=0.45" -r requirements.txt\nEOF\n`]]),
  ),
  row(
    "304",
    "gunicorn is in no list of pip's",
    ["server-not-installed"],
    venv([[START, 'CMD ["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "-b", "0.0.0.0:8000", "app.main:app"]\n']]),
    venv([[START, 'CMD ["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "-b", "0.0.0.0:8000", "app.main:app"]\n']], {
      "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\ngunicorn==23.0.0\n",
    }),
  ),
  row(
    "305",
    "the mount lies at another user's pip cache",
    ["pip-cache-in-image"],
    pip([["RUN pip install --no-cache-dir", "RUN --mount=type=cache,target=/home/svc/.cache/pip pip install"]]),
    pip([["RUN pip install --no-cache-dir", "RUN --mount=type=cache,target=/root/.cache/pip pip install"]]),
  ),
  row(
    "306",
    "pip's cache stays on Amazon Linux",
    ["pip-cache-in-image"],
    amazon([["pip install --no-cache-dir", "pip install"]]),
    amazon([
      ["pip install --no-cache-dir", "pip install"],
      ["WORKDIR", "ENV PIP_NO_CACHE_DIR=0\nWORKDIR"],
    ]),
  ),
  row(
    "307",
    "apt's archives have a mount, and its lists have none",
    ["package-lists-left"],
    uv([apt("--mount=type=cache,target=/var/cache/apt ")]),
    uv([apt("--mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt ")]),
  ),
  row(
    "308",
    "poetry installs where no lock was copied",
    ["lock-not-in-context"],
    poetry([["pyproject.toml poetry.lock", "pyproject.toml"]]),
    poetry([["poetry.lock", "poetry.loc[k]"]]),
  ),
  row(
    "309",
    "an old variable of poetry's leaves development in",
    ["dev-dependencies-in-final"],
    poetry([["--only main", "--with dev"]]),
    poetry([["--only main", "--without=dev"]]),
  ),
  row(
    "310",
    "Ubuntu's python3 is too old for the project",
    ["python-outside-requires-python"],
    ubuntu([["ubuntu:24.04", "ubuntu:22.04"]], {
      "pyproject.toml": '[project]\nname = "orders"\nversion = "1"\nrequires-python = ">=3.12"\n',
    }),
    ubuntu([], { "pyproject.toml": '[project]\nname = "orders"\nversion = "1"\nrequires-python = ">=3.12"\n' }),
  ),
  row(
    "311",
    "braces that dash does not expand",
    ["bash-syntax-in-sh"],
    venv([[PIP, `${PIP}RUN mkdir -p /opt/venv/share/{a,b}\n`]]),
    venv([[PIP, `${PIP}RUN mkdir -p /opt/venv/share/a /opt/venv/share/b\n`]]),
  ),
  row(
    "312",
    "a start script on PATH is bash's",
    ["bash-syntax-in-sh"],
    uv([HANDED], scripted('if [[ -n "$X" ]]; then echo x; fi\nexec "$@"')),
    uv([HANDED], scripted('if [[ -n "$X" ]]; then echo x; fi\nexec "$@"', "#!/usr/bin/env bash")),
  ),
  row(
    "313",
    "a start script's server listens on loopback",
    ["binds-loopback"],
    uv([SCRIPT], scripted(serves.replace(" --host 0.0.0.0", ""))),
    uv([SCRIPT], scripted(serves)),
  ),
  row(
    "314",
    "a start script's server reloads",
    ["dev-server-or-reload"],
    uv([SCRIPT], scripted(`${serves} --reload`)),
    uv([SCRIPT], scripted(serves)),
  ),
  row(
    "315",
    "a commit's number before pip installs",
    ["dependency-layer-invalidated-by-source"],
    pip([[PIP, `ARG GIT_SHA\nENV GIT_SHA=$GIT_SHA\n${PIP}`]]),
    pip([[PROBE, `ARG GIT_SHA\nENV GIT_SHA=$GIT_SHA\n${PROBE}`]]),
  ),
  row(
    "316",
    "pip builds the project without its readme",
    ["project-metadata-missing"],
    pip(ofProject, { ...readme, ".dockerignore": "*.md\n.git\ntests\n.venv\n.env*\n" }),
    pip(ofProject, readme),
  ),
  row(
    "317",
    "poetry from its first release on",
    ["uv-or-pip-tool-unpinned"],
    poetry([["poetry==2.1.4", "'poetry>=2'"]]),
    poetry(),
  ),
  row(
    "318",
    "a script is named without its folder",
    ["command-target-missing"],
    pip([[START, 'COPY run.sh ./\nCMD ["run.sh"]\n']], { "run.sh": `#!/bin/sh\n${serves}\n` }),
    pip([[START, 'COPY run.sh ./\nCMD ["./run.sh"]\n']], { "run.sh": `#!/bin/sh\n${serves}\n` }),
  ),
  row(
    "319",
    "Alpine has no useradd",
    ["build-program-absent"],
    alpine([["RUN adduser -D -H -u 10001 -s /sbin/nologin svc", "RUN useradd -u 10001 svc"]]),
    alpine(),
  ),
];
