import { dependenciesNotPinned } from "../../src/rules/dependencies-not-pinned.ts";
import { devDependenciesInFinal } from "../../src/rules/dev-dependencies-in-final.ts";
import { editableInstallShipped } from "../../src/rules/editable-install-shipped.ts";
import { environmentLeftBehind } from "../../src/rules/environment-left-behind.ts";
import { venvMoved } from "../../src/rules/venv-moved.ts";
import { venvNotOnPath } from "../../src/rules/venv-not-on-path.ts";
import { gitMissingForDependency } from "../../src/rules/git-missing-for-dependency.ts";
import { gitOverSshWithoutKey } from "../../src/rules/git-over-ssh-without-key.ts";
import { privateIndexWithoutSecret } from "../../src/rules/private-index-without-secret.ts";
import { lockStale } from "../../src/rules/lock-stale.ts";
import { builder, runtime, slim, startLine, project } from "../../src/rules/queries/example.ts";
import { severalLocks } from "../../src/rules/several-locks.ts";
import { syncWithoutFrozenOrLocked } from "../../src/rules/sync-without-frozen-or-locked.ts";
import type { Project } from "../../src/rules/rule.ts";
import { bad, good, type OneDefect, planted, row } from "./defect.ts";

const pipenv = {
  "uv.lock": "",
  "pyproject.toml": "",
  Pipfile: '[packages]\nfastapi = "==0.121.0"\nuvicorn = "==0.38.0"\n\n[dev-packages]\npytest = "==8.4.2"\n',
  "Pipfile.lock": JSON.stringify({
    _meta: {},
    default: { fastapi: { version: "==0.121.0" }, uvicorn: { version: "==0.38.0" } },
    develop: { pytest: { version: "==8.4.2" } },
  }),
};
const pipenvImage = (install: string, start = startLine): string =>
  `FROM ${slim} AS builder\nENV PATH="/app/.venv/bin:$PATH"\nRUN pip install --no-cache-dir pipenv==2025.0.4 && python -m venv /app/.venv\nWORKDIR /src\nCOPY Pipfile Pipfile.lock ./\nRUN ${install}\n\n${runtime}${start}`;
const poetry = {
  "uv.lock": "",
  "poetry.lock":
    '[[package]]\nname = "fastapi"\nversion = "0.121.0"\n\n[[package]]\nname = "uvicorn"\nversion = "0.38.0"\n',
  "pyproject.toml":
    '[tool.poetry]\nname = "reactions"\nversion = "1.0.0"\npackage-mode = false\n\n[tool.poetry.dependencies]\npython = "^3.12"\nfastapi = "0.121.0"\nuvicorn = "0.38.0"\n',
};
const poetryImage = (brings: string, start: string): string =>
  `${runtime.replace("COPY --from=builder /app/.venv /app/.venv\n", `COPY pyproject.toml poetry.lock /app/\nENV POETRY_VIRTUALENVS_CREATE=false\n${brings}`)}${start}`;
const byPoetry = "RUN pip install --no-cache-dir poetry==2.1.4 && poetry install --only main --no-root --no-cache\n";
const poetryAndOut = byPoetry.replace("\n", " && pip uninstall -y poetry\n");

/** `python -m poetry` is poetry. */
const throughPython = (service: Project): Project => ({
  ...service,
  Dockerfile: (service["Dockerfile"] ?? "").replace("poetry install", "python -m poetry install"),
});
const pylockAnd = (more: string): Project => {
  const locked = good(lockStale, 3);
  return {
    ...locked,
    Dockerfile: (locked["Dockerfile"] ?? "").replace(
      " -r pylock.toml",
      ` -r pylock.toml && .venv/bin/pip install --no-cache-dir ${more}`,
    ),
  };
};

/** The same problems under each package manager. */
export const managerDefects: readonly OneDefect[] = [
  row(
    "190",
    "no lock and no exact version",
    ["dependencies-not-pinned"],
    bad(dependenciesNotPinned, 1),
    project({
      "uv.lock": "",
      "pyproject.toml": "",
      Dockerfile: bad(dependenciesNotPinned, 1)["Dockerfile"] ?? "",
      "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n",
    }),
  ),
  row("191", "a second lock", ["several-locks"], bad(severalLocks, 0), good(severalLocks, 1)),
  row(
    "192",
    "poetry stays in the image and starts it",
    ["runtime-uv-run", "uv-in-final-stage"],
    project({
      ...poetry,
      Dockerfile: poetryImage(byPoetry, startLine.replace('CMD ["uvicorn"', 'CMD ["poetry", "run", "uvicorn"')),
    }),
  ),
  row(
    "215",
    "poetry leaves its cache",
    ["poetry-cache-in-image"],
    project({ ...poetry, Dockerfile: poetryImage(poetryAndOut.replace(" --no-cache &&", " &&"), startLine) }),
    project({ ...poetry, Dockerfile: poetryImage(poetryAndOut, startLine) }),
  ),
  row(
    "193",
    "poetry installs the group for development",
    ["dev-dependencies-in-final"],
    bad(devDependenciesInFinal, 2),
    good(devDependenciesInFinal, 3),
  ),
  row(
    "194",
    "uv installs another group that is for development",
    ["dev-dependencies-in-final"],
    bad(devDependenciesInFinal, 4),
    good(devDependenciesInFinal, 6),
  ),
  row(
    "195",
    "pipenv may write its lock anew",
    ["sync-without-frozen-or-locked"],
    project({ ...pipenv, Dockerfile: pipenvImage("pipenv install --system") }),
    project({ ...pipenv, Dockerfile: pipenvImage("pipenv install --system --deploy") }),
  ),
  row(
    "196",
    "pipenv installs what is for development",
    ["dev-dependencies-in-final"],
    project({ ...pipenv, Dockerfile: pipenvImage("pipenv install --system --deploy --dev") }),
  ),
  row(
    "197",
    "pipenv starts the service",
    ["runtime-uv-run"],
    project({
      ...pipenv,
      Dockerfile: pipenvImage(
        "pipenv install --system --deploy",
        startLine.replace('CMD ["uvicorn"', 'CMD ["pipenv", "run", "uvicorn"'),
      ),
    }),
  ),
  row(
    "198",
    "pip installs the list for development",
    ["dev-dependencies-in-final"],
    bad(devDependenciesInFinal, 3),
    good(devDependenciesInFinal, 5),
  ),
  row(
    "199",
    "a RUN locks anew",
    ["sync-without-frozen-or-locked"],
    project({
      Dockerfile: `${builder.replace("    uv sync --locked", "    uv lock && uv sync --locked")}${runtime}${startLine}`,
    }),
  ),
  row(
    "206",
    "the digest in poetry.lock is of another pyproject.toml",
    ["lock-stale"],
    bad(lockStale, 3),
    good(lockStale, 4),
  ),
  row("207", "pylock.toml is not in step", ["lock-stale"], bad(lockStale, 4), good(lockStale, 3)),
  row(
    "208",
    "pip locks anew",
    ["sync-without-frozen-or-locked"],
    bad(syncWithoutFrozenOrLocked, 3),
    good(syncWithoutFrozenOrLocked, 6),
  ),
  row(
    "209",
    "poetry that python starts installs the group for development",
    ["dev-dependencies-in-final"],
    throughPython(bad(devDependenciesInFinal, 2)),
    throughPython(good(devDependenciesInFinal, 3)),
  ),
  row(
    "210",
    "a package is installed beside pylock.toml",
    ["install-beside-lock"],
    pylockAnd("gunicorn==23.0.0"),
    pylockAnd("-r pylock.toml"),
  ),
  planted("211", environmentLeftBehind, { good: 1 }),
  row("212", "pipenv's environment is copied to another path", ["venv-moved"], bad(venvMoved, 2), good(venvMoved, 3)),
  row(
    "213",
    "poetry's environment in its cache is not on PATH",
    ["venv-not-on-path"],
    bad(venvNotOnPath, 3),
    good(venvNotOnPath, 3),
  ),
  row(
    "214",
    "poetry installs the project as editable and its source stays behind",
    ["editable-install-shipped"],
    bad(editableInstallShipped, 1),
    good(editableInstallShipped, 3),
  ),
  planted("217", gitMissingForDependency, { good: 1 }),
  planted("218", gitOverSshWithoutKey, { good: 1 }),
  row(
    "219",
    "the requirements file of a folder names a private index",
    ["private-index-without-secret"],
    bad(privateIndexWithoutSecret, 3),
    {
      ...bad(privateIndexWithoutSecret, 3),
      "deploy/requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n",
    },
  ),
];
