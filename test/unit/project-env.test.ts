import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

/** `NAME! kind=default`: a `!` behind what must be there. */
async function env(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const service = await readService(memoryTree(files));
  return service.env.map(
    ({ name, required, kind, default: value }) =>
      `${name}${required ? "!" : ""} ${kind}${value === undefined ? "" : `=${value}`}`,
  );
}

describe("the process's environment", () => {
  it("is not the `environ` that WSGI hands to an application", async () => {
    const wsgi =
      'def app(environ, start_response):\n    path = environ["PATH_INFO"]\n    environ.get("REMOTE_USER")\n    return []\n';
    expect(await env({ "app/wsgi.py": wsgi })).toEqual([]);
    const own = 'from os import environ\nA = environ["FIRST"]\nB = environ.get("SECOND", "2")\n';
    expect(await env({ "app/a.py": own })).toEqual(["FIRST! text", "SECOND number=2"]);
  });

  it("requires nothing that the code asks for first, that a caller may give, or that only a command by hand needs", async () => {
    const asked =
      'import os\ndef home():\n    if os.environ.get("FOLDER"):\n        return os.environ["FOLDER"]\n    return "/"\n';
    expect(await env({ "app/a.py": asked })).toEqual(["FOLDER path"]);
    const refused =
      'import os\ndef branch(name, other=None):\n    given = name or os.getenv("BRANCH")\n    if not given:\n        raise ValueError("BRANCH")\n';
    expect(await env({ "app/a.py": refused })).toEqual(["BRANCH text"]);
    expect(await env({ "app/a.py": refused.replace("name or", "load() or") })).toEqual(["BRANCH! text"]);
    const shell = 'import os\nif not os.environ.get("EDITOR"):\n    raise ValueError("EDITOR")\n';
    expect(await env({ "app/a.py": shell })).toEqual([]);
    expect(await env({ "app/a.py": shell.replaceAll("EDITOR", "BACKEND") })).toHaveLength(1);
    const bare = 'import os\nA = os.environ["ADMIN"]\n';
    expect(await env({ "shop/management/commands/make-admin.py": bare })).toEqual(["ADMIN text"]);
    expect(await env({ "shop/admin.py": bare })).toEqual(["ADMIN! text"]);
  });

  it("keeps every digit of a default", async () => {
    const text =
      "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    channel: int = 890331800025563216\n    size: int = 1_000\n";
    expect(await env({ "app/a.py": text })).toEqual(["CHANNEL number=890331800025563216", "SIZE number=1000"]);
  });

  const helpers = [
    "import os",
    "def env_bool(name: str, default: str = 'no') -> bool:",
    "    return os.getenv(name, default) == 'yes'",
    "def optional(name):",
    "    return os.environ.get(name)",
    "def needed(name):",
    "    value = os.environ.get(name)",
    "    if not value:",
    "        raise RuntimeError(name)",
    "    return value",
    "def must(key, fallback=None):",
    "    return os.environ[key]",
    "",
  ].join("\n");

  it("is read through functions of the service's own, in other modules too", async () => {
    const settings = `${helpers}DEBUG = env_bool("DEBUG", "yes")\nA = optional("A_URL")\nB = needed("B_URL")\n`;
    const more =
      'from .settings import env_bool as flag\nfrom app import settings\nC = flag("CALM")\nD = settings.must("D")\n';
    expect(await env({ "app/settings.py": settings, "app/more.py": more })).toEqual([
      "A_URL url",
      "B_URL! url",
      "CALM boolean=no",
      "D! text",
      "DEBUG boolean=yes",
    ]);
  });

  it("is not read by other functions of the same name, nor by methods", async () => {
    const other =
      'import os\nclass Reader:\n    def get(self, name):\n        return os.getenv(name)\nReader().get("A")\n';
    const settings = `${helpers}from lib import optional as maybe\nmaybe("B")\n`;
    expect(await env({ "app/a.py": other, "app/settings.py": settings })).toEqual([]);
  });
});

describe("django-environ", () => {
  const made =
    "import environ\nenv = environ.Env(DEBUG=(bool, False), HOSTS=(list, []), WAIT=int)\nenviron.Env.read_env()\n";
  const used =
    'DEBUG = env("DEBUG")\nHOSTS = env("HOSTS")\nWAIT = env("WAIT")\nDB = {"default": env.db()}\nCACHE = env.cache("REDIS_URL", default="locmemcache://")\n';
  const read = [
    "DATABASE_URL! database-url",
    "DEBUG boolean=false",
    "HOSTS json",
    "REDIS_URL database-url=locmemcache://",
    "WAIT! number",
  ];

  it("has types and defaults in its scheme, and a variable of its own for a database", async () => {
    expect(await env({ "shop/settings.py": `${made}${used}` })).toEqual(read);
  });

  it("may be made in one module and used in another", async () => {
    const files = { "shop/env.py": made, "shop/settings.py": `from shop.env import env\n${used}` };
    expect(await env(files)).toEqual(read);
  });
});

it("takes the address of a token endpoint for no secret", async () => {
  const { env: variables } = await readService(
    memoryTree({ "a.py": 'import os\nos.environ["OIDC_TOKEN_ENDPOINT"]\nos.environ["OIDC_TOKEN"]\n' }),
  );
  expect(variables.map(({ name, secret }) => [name, secret])).toEqual([
    ["OIDC_TOKEN", true],
    ["OIDC_TOKEN_ENDPOINT", false],
  ]);
});

it("requires what Django refuses to be without, and what is used at once", async () => {
  const settings = `import os
INSTALLED_APPS = []
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = os.environ.get("HOSTS").split(" ")
OTHER = os.environ.get("OTHER")
WITH = os.environ.get("WITH_DEFAULT", "a").split()
`;
  const service = await readService(memoryTree({ "shop/settings.py": settings }));
  expect(service.env.filter(({ required }) => required).map(({ name }) => name)).toEqual(["HOSTS", "SECRET_KEY"]);
});
