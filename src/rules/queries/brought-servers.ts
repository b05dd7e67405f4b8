import type { LockFile } from "../../model/types.ts";
import { normalName, readRequirement } from "../../project/requirement.ts";
import type { RuleInput } from "../rule.ts";
import { baseOf } from "./base.ts";
import { isContextElsewhere } from "./context.ts";
import { type Install, pythonInstalls } from "./installs.ts";
import { asksLock, isList } from "./lock-asked.ts";
import { rootImage } from "./settings.ts";
import { flag, reachable, reachableSteps, stageNamed, type Step } from "./steps.ts";
import { runCommands } from "./uv.ts";

/** All distributions that an image can hold, as far as servers go, and the file that says so; undefined where nobody knows. */
export interface Brought {
  readonly names: ReadonlySet<string>;
  readonly file: string;
}

export function broughtInto(input: RuleInput): Brought | undefined {
  const { dockerfile, service } = input;
  if (isContextElsewhere(input) || service.dependencies.workspace) return undefined;
  if (!reachable(dockerfile).every((stage) => stage.parent !== undefined || isPlain(rootImage(dockerfile, stage))))
    return undefined;
  if (reachableSteps(dockerfile).some((step) => isUnread(input, step))) return undefined;
  const { lock } = service;
  if (lock !== undefined && !isList(lock)) return asksLock(input) ? byLock(input, lock) : undefined;
  return byLists(input);
}

/** Python or a distribution, and nothing that somebody has put into it. */
function isPlain(image: string): boolean {
  const { name, short, unresolved } = baseOf(image);
  return (
    !unresolved &&
    (/^(?:python|debian|ubuntu|alpine|amazonlinux|scratch|astral-sh\/uv)$/.test(name) || /^ubi\d/.test(short))
  );
}

/** A step that may install what its words do not say. */
function isUnread({ dockerfile }: RuleInput, step: Step): boolean {
  const { instruction, stage } = step;
  if (instruction.keyword === "ADD") return instruction.words.some((word) => /:\/\/|\.(?:tar|tgz|zip|whl)/.test(word));
  if (instruction.keyword === "COPY") return bringsUnread(dockerfile, step);
  if (instruction.keyword !== "RUN") return false;
  return runCommands(stage).some(
    ({ step: own, command: { program, argv } }) =>
      own.instruction === instruction &&
      (UNREAD.test(program) || (program.startsWith("python") && argv[1]?.endsWith(".py") === true)),
  );
}

const UNREAD =
  /\.(?:sh|py)$|^(?:sh|bash|dash|ash|eval|source|\.|make|just|task|invoke|conda|mamba|micromamba|pipx|uvx|easy_install|hatch|rye)$/;

function bringsUnread(dockerfile: RuleInput["dockerfile"], { instruction, stage }: Step): boolean {
  if (instruction.words.some((word) => /\.(?:whl|tar\.gz)$/.test(word))) return true;
  const from = flag(instruction, "from");
  if (from === undefined || stageNamed(dockerfile, from, stage.index) !== undefined) return false;
  return !instruction.words.slice(0, -1).every((word) => /\/uvx?$/.test(word));
}

/** The lock names all, and pip only what brings no server. */
function byLock(input: RuleInput, lock: LockFile): Brought | undefined {
  const names = new Set(lock.packages.map(({ name }) => name));
  const isExported = reachable(input.dockerfile).some((stage) =>
    runCommands(stage).some(({ command: { argv } }) => argv.some((word) => /^(?:export|requirements)$/.test(word))),
  );
  for (const install of pythonInstalls(input.dockerfile)) {
    const { files, folders, packages } = install.items;
    const own = folders.every(({ path }) => /^\.\/?$/.test(path));
    if (!own || (files.length > 0 && !isExported) || !addNames(names, packages)) return undefined;
  }
  return names.size === 0 ? undefined : { names, file: lock.path };
}

/** Lists of pip's that hold all, or nothing of which it is not known that it brings no server. */
function byLists({ dockerfile, service, read }: RuleInput): Brought | undefined {
  const { pip } = service;
  if (pip === undefined || pip.unread.length > 0 || pip.calls.length === 0) return undefined;
  const names = new Set<string>();
  for (const file of pip.reads) {
    const text = file.endsWith(".txt") || file.endsWith(".in") ? read?.(file) : undefined;
    if (text === undefined || namesUnread(text, pip.reads) || !addNames(names, linesOf(text), isWhole(text)))
      return undefined;
  }
  const all = pythonInstalls(dockerfile).every(
    (install) => isKnown(install, pip.reads) && addNames(names, install.items.packages),
  );
  const [first = ""] = pip.reads;
  return all && pip.reads.length > 0 ? { names, file: first } : undefined;
}

const baseName = (path: string): string => path.split("/").at(-1) ?? path;

/** It names another list, which is not there. */
const namesUnread = (text: string, read: readonly string[]): boolean =>
  Array.from(text.matchAll(/^\s*(?:-r|--requirement)[ =]*(\S+)/gm), ([, file = ""]) => baseName(file)).some(
    (file) => !read.some((one) => baseName(one) === file),
  );

/** Each list of the call is one that was read. */
const isKnown = ({ tool, items }: Install, read: readonly string[]): boolean =>
  tool === "pip" &&
  items.folders.length === 0 &&
  items.groups.length === 0 &&
  items.files.every((file) => read.some((one) => baseName(one) === baseName(file)));

const linesOf = (text: string): readonly string[] =>
  text
    .replaceAll(/\\\r?\n/g, " ")
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/(?:^|\s)#.*$/, "")
        .replace(/\s--hash.*$/, "")
        .trim(),
    )
    .filter(
      (line) =>
        line !== "" &&
        !/^(?:-[rcif]|--(?:requirement|constraint|index-url|extra-index-url|find-links|trusted-host))\b/.test(line),
    );

/** A list that a tool wrote from the whole resolution. */
const isWhole = (text: string): boolean =>
  /--hash=sha256:|^\s*# +via\b|autogenerated by (?:pip-compile|uv)/m.test(text);

/** Adds what requirements bring; false where one may bring more than is known. */
function addNames(names: Set<string>, requirements: readonly string[], whole = false): boolean {
  return requirements.every((written) => {
    const name = readRequirement(written)?.name;
    if (name === undefined) return false;
    const plain = normalName(name);
    names.add(plain);
    const extras = /^[\w.-]+\s*\[([^\]]*)\]/.exec(written)?.[1];
    if (plain === "fastapi" && /\b(?:standard|all)\b/.test(extras ?? "")) {
      for (const one of ["uvicorn", "fastapi-cli"]) names.add(one);
      return true;
    }
    return whole || (BRINGS_NO_SERVER.has(plain) && (extras === undefined || EXTRAS_TOO.has(plain)));
  });
}

/** Packages that servers, tools of the build and the usual small services consist of. None needs a server. */
const BRINGS_NO_SERVER = new Set(
  `aiofiles aiohttp aiosqlite alembic anyio argon2-cffi arrow asgiref asyncpg attrs azure-identity bcrypt beautifulsoup4
  blinker boto3 botocore build cachetools celery certifi cffi charset-normalizer click cryptography dj-database-url django
  django-cors-headers django-environ django-filter djangorestframework email-validator eventlet fastapi flask flask-cors
  flask-jwt-extended flask-login flask-migrate flask-restful flask-sqlalchemy flask-wtf gevent greenlet gunicorn h11
  httptools httpx idna importlib-metadata itsdangerous jinja2 jsonschema kombu loguru lxml mako markdown markupsafe
  marshmallow motor mysqlclient numpy openai openpyxl orjson packaging pandas passlib pillow pip psycopg psycopg-binary
  psycopg2 psycopg2-binary pyasn1 pycparser pydantic pydantic-core pydantic-settings pyjwt pymongo pymysql python-dateutil
  python-decouple python-dotenv python-jose python-json-logger python-multipart pytz pyyaml redis requests rq rsa scikit-learn
  scipy sentry-sdk setuptools six sniffio sqlalchemy sqlmodel sqlparse starlette structlog tenacity typing-extensions tzdata
  ujson urllib3 uv uvicorn uvloop watchfiles websockets werkzeug wheel whitenoise wtforms poetry pdm pipenv`.split(
    /\s+/,
  ),
);
/** Whose extras bring none either. */
const EXTRAS_TOO = new Set(
  "uvicorn celery psycopg redis sqlalchemy pydantic passlib python-jose httpx requests pyjwt gunicorn".split(" "),
);
