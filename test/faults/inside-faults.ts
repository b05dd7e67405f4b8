import type { Fault } from "./fault.ts";
import { USER } from "./lines.ts";

const SERVER = "server = Server";
const LIST = "        return []";
const OWN_FOLDER = "RUN chown 1001 /app && chmod 0755 /app";
/** At the start, before it listens. */
const atStart = (...lines: readonly string[]): NonNullable<Fault["app"]> => [[SERVER, [...lines, SERVER].join("\n")]];
/** At the request that lists the items. */
const atRequest = (...lines: readonly string[]): NonNullable<Fault["app"]> => [
  [LIST, [...lines.map((line) => `        ${line}`), LIST].join("\n")],
];
const database = (path: string) =>
  atStart("import sqlite3", `sqlite3.connect("${path}").execute("create table if not exists items (name)")`);

/** Faults that only notes from inside the running service explain: what libraries write, and which variables are read. */
export const insideFaults: readonly Fault[] = [
  {
    name: "a heartbeat in a temporary file that is gone at once, as gunicorn's workers have",
    breaks: ["writable-paths-declared"],
    app: atStart("import tempfile", "heartbeat = tempfile.mkstemp()[1]", "os.unlink(heartbeat)"),
  },
  {
    name: "a database in the working directory",
    breaks: ["writable-paths-declared"],
    asRoot: OWN_FOLDER,
    app: database("items.db"),
  },
  {
    name: "an export through a temporary file",
    breaks: ["writable-paths-declared"],
    app: atRequest("import tempfile", "with tempfile.NamedTemporaryFile() as file:", '    file.write(b"items")'),
  },
  {
    name: "a folder for settings below HOME, as matplotlib makes",
    breaks: ["writable-paths-declared"],
    asRoot: "RUN install -d -o 1001 /home/demo && touch /home/demo/.profile\nENV HOME=/home/demo",
    app: atStart('os.makedirs(os.path.expanduser("~/.config/matplotlib"), exist_ok=True)'),
  },
  {
    name: "figures of several processes in a folder of their own, as prometheus_client keeps them",
    breaks: ["writable-paths-declared"],
    asRoot: "RUN install -d -o 1001 /metrics\nENV PROMETHEUS_MULTIPROC_DIR=/metrics",
    app: atStart(
      'figures = os.open(f"{os.environ["PROMETHEUS_MULTIPROC_DIR"]}/counter_{os.getpid()}.db", os.O_RDWR | os.O_CREAT)',
      "os.ftruncate(figures, 4096)",
    ),
  },
  {
    name: "a route that writes beside the code, where only root may",
    breaks: ["routes-as-before"],
    app: atRequest('open("/app/items.json", "w").close()'),
  },
  {
    name: "a place to write that the task does not mount",
    breaks: ["writable-paths-on-fargate"],
    app: database("/data/items.db"),
    dockerfile: [[USER, `VOLUME /data\n${USER}`]],
    task: [[`"containerPath": "/data"`, `"containerPath": "/other"`]],
  },
  {
    name: "a variable whose name is put together at run time",
    breaks: ["required-env-known"],
    app: atStart("def setting(name):", '    return os.environ["DEMO_" + name.upper()]', 'region = setting("region")'),
  },
  {
    name: "two variables, each asked for once the other is there",
    breaks: ["required-env-known"],
    app: atStart(
      'for name in ["MODE", "REGION"]:',
      '    if not os.environ.get(f"DEMO_{name}"):',
      '        sys.exit(f"settings: DEMO_{name} must be set")',
    ),
  },
  {
    name: "eight variables, asked for at once",
    breaks: ["required-env-known"],
    app: atStart(
      'wanted = [f"DEMO_{number}" for number in range(8)]',
      "missing = [name for name in wanted if not os.environ.get(name)]",
      "if missing:",
      "    sys.exit(f\"settings: {', '.join(missing)} must be set\")",
    ),
  },
  {
    name: "a variable that only a request asks for",
    breaks: ["required-env-known"],
    app: atRequest('limit = int(os.environ["_".join(["DEMO", "LIMIT"])])'),
  },
];

/** They do what the faults above do, and do it well. */
export const insideTwins: readonly Fault[] = [
  {
    name: "a database where the contract says, in a volume that the image declares",
    breaks: [],
    keeps: ["writable-paths-declared", "writable-paths-on-fargate", "read-only-root"],
    app: database("/data/items.db"),
    dockerfile: [[USER, `VOLUME /data\n${USER}`]],
  },
  {
    name: "temporary files in shared memory",
    breaks: [],
    keeps: ["writable-paths-declared", "writable-paths-on-fargate", "read-only-root"],
    dockerfile: [["ENV PYTHONUNBUFFERED=1", "ENV PYTHONUNBUFFERED=1 TMPDIR=/dev/shm"]],
    app: atRequest("import tempfile", "with tempfile.NamedTemporaryFile() as file:", '    file.write(b"items")'),
  },
  {
    name: "a cache that it can do without",
    breaks: [],
    keeps: ["writable-paths-declared", "writable-paths-on-fargate"],
    asRoot: OWN_FOLDER,
    app: atStart("with contextlib.suppress(OSError):", '    os.makedirs("/app/.cache", exist_ok=True)'),
  },
  {
    name: "variables that it can do without",
    breaks: [],
    keeps: ["required-env-known"],
    app: atRequest(
      "with contextlib.suppress(KeyError):",
      '    print(os.environ["DEMO_" + "COLOUR"])',
      'os.environ.get("DEMO_" + "LIMIT"), os.environ.pop("DEMO_" + "MODE", None), "DEMO_" + "REGION" in os.environ',
    ),
  },
];
