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
import { inRuntime, apt, COPY_APP, SYNC } from "./lines.ts";

const wholeBuilder = `${builder.replace(syncLine, "")}COPY . .\n${SYNC}`;

/** What the layers hold that the image does not need, and in which order they come. */
export const layerDefects: readonly OneDefect[] = [
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
