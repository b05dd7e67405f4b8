import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const read = async (files: Readonly<Record<string, string>>) => readService(memoryTree(files));
const python = async (text: string, more: Readonly<Record<string, string>> = {}) =>
  read({ "app/main.py": text, ...more });

describe("environment", () => {
  const env = async (text: string, more: Readonly<Record<string, string>> = {}) =>
    (await python(text, more)).env.map(({ name, required, kind, secret, default: value }) => ({
      name,
      required,
      kind,
      secret,
      ...(value === undefined ? {} : { value }),
    }));

  it("reads os.environ with defaults and requiredness", async () => {
    expect(
      await env(
        'import os\nfrom os import environ, getenv as g\nos.environ["OUT"] = "1"\na = environ["API_TOKEN"]\nb = int(os.getenv("LIMIT", 5))\nc = g("MODE")\nd = os.environ.get("NAME") or "x"\n',
      ),
    ).toEqual([
      { name: "API_TOKEN", required: true, kind: "text", secret: true },
      { name: "LIMIT", required: false, kind: "number", secret: false, value: "5" },
      { name: "MODE", required: false, kind: "text", secret: false },
      { name: "NAME", required: false, kind: "text", secret: false, value: "x" },
    ]);
  });

  it("reads the variables of options, which a command line may give as well", async () => {
    expect(
      await env(
        'import click, typer\n@click.group()\ndef cli(): ...\n@cli.command()\n@click.option("--port", default=8000, envvar="SHOP_PORT", type=int)\n@click.option("--token", envvar=["SHOP_TOKEN", "TOKEN"], required=True)\n@click.option("--name", envvar=PREFIX)\ndef serve(port, token):\n    pass\ndef main(size: int = typer.Option(3, "--size", envvar="SHOP_SIZE"), level: str = typer.Argument(..., envvar="LEVEL")):\n    pass\n',
      ),
    ).toEqual([
      { name: "LEVEL", required: false, kind: "text", secret: false },
      { name: "SHOP_PORT", required: false, kind: "number", secret: false, value: "8000" },
      { name: "SHOP_SIZE", required: false, kind: "number", secret: false, value: "3" },
      { name: "SHOP_TOKEN", required: false, kind: "text", secret: true },
    ]);
    expect(await env('import other\nother.setting(envvar="X")\n')).toEqual([]);
    const annotated =
      'Annotated[int, typer.Option("--port", envvar="SHOP_PORT")] = 8000, name: Annotated[str, "envvar"] = "x"';
    expect(
      (await env(`import typer\nfrom typing import Annotated\ndef main(port: ${annotated}):\n    pass\n`)).map(
        ({ name }) => name,
      ),
    ).toEqual(["SHOP_PORT"]);
  });

  it("sees that a missing value is refused", async () => {
    const checked =
      'import os\nNEEDED = ["A_URL"]\nmissing = [n for n in NEEDED if not os.environ.get(n)]\nif missing:\n    raise SystemExit(missing)\nkey = os.getenv("B")\nif not key:\n    raise ValueError("B")\n';
    expect((await env(checked)).map(({ name, required }) => [name, required])).toEqual([
      ["A_URL", true],
      ["B", true],
    ]);
    const unchecked = 'import os\nkey = os.getenv("B")\nif not other:\n    raise ValueError("B")\n';
    expect((await env(unchecked)).map(({ required }) => required)).toEqual([false]);
  });

  it.each([
    ["a membership", 'if "A" in os.environ:\n    pass\n', false],
    ["its absence", 'if "A" not in os.environ:\n    pass\n', false],
    ["a call", 'print(os.getenv("A"))\n', false],
    ["nothing", "", true],
    ["a refusal", 'if "A" not in os.environ:\n    raise SystemExit("A")\n', true],
    ["a refusal of another one", 'if "A" in os.environ and "B" not in os.environ:\n    raise SystemExit("B")\n', false],
    ["an answer", 'def has():\n    return "A" in os.environ\n', false],
    ["an assertion", 'assert "A" in os.environ\n', true],
    ["a comment", '# "A" in os.environ\n', true],
    ["a text", 'HELP = """set \'A\' in os.environ"""\n', true],
    ["another mapping", 'if "A" in os.environment:\n    pass\n', true],
  ])("asks for a variable by %s", async (_, asked, required) => {
    expect((await env(`import os\n${asked}a = os.environ["A"]\n`))[0]?.required).toBe(required);
  });

  it.each([
    ["is set", 'if os.environ.get("B"):\n    a = os.environ["A"]\n', false],
    ["is there", 'if "B" in os.environ:\n    a = os.environ["A"]\n', false],
    ["was set, and something else holds", 'b = os.getenv("B")\nif b and ready:\n    a = os.environ["A"]\n', false],
    ["has a value", 'if os.getenv("B") == "s3":\n    a = os.environ["A"]\n', false],
    ["must be there, and has a value", 'b = os.environ["B"]\nif b == "s3":\n    a = os.environ["A"]\n', false],
    ["is set, in a function", 'def f():\n    if os.getenv("B"):\n        return os.environ["A"]\n', false],
    ["is set, which is refused", 'if os.getenv("B") and not os.getenv("A"):\n    raise SystemExit("A")\n', false],
    ["is set, which is refused below it", 'if os.getenv("B"):\n    if not os.getenv("A"):\n        exit(1)\n', false],
    ["is not set", 'if not os.getenv("B"):\n    a = os.environ["A"]\n', true],
    ["is set, or something else holds", 'if os.getenv("B") or ready:\n    a = os.environ["A"]\n', true],
    ["has its default", 'if os.getenv("B", "s3") == "s3":\n    a = os.environ["A"]\n', true],
    ["is something else", 'if os.getenv("B") != "local":\n    a = os.environ["A"]\n', true],
    ["was set, and is set anew", 'b = os.getenv("B")\nb = 1\nif b:\n    a = os.environ["A"]\n', true],
    ["is set, or else", 'if os.getenv("B"):\n    pass\nelse:\n    a = os.environ["A"]\n', true],
    ["was asked for before", 'if os.getenv("B"):\n    pass\na = os.environ["A"]\n', true],
    ["is missing too", 'if not os.getenv("A") or not os.getenv("B"):\n    raise SystemExit("A")\n', true],
  ])("requires a variable where another one %s", async (_, code, required) => {
    const found = (await env(`import os\n${code}`)).find(({ name }) => name === "A");
    expect(found?.required).toBe(required);
  });

  it("requires what is refused when neither the environment nor a file gives it", async () => {
    const service = await python(
      'import os\nfile = load()\nurl = os.environ.get("URL") or file.get("url")\nif not url:\n    raise RuntimeError("URL is required")\n' +
        'model = os.environ.get("MODEL") or file.get("model")\nmode = os.environ.get("MODE") or "fast"\nif not mode:\n    raise RuntimeError("never")\n',
    );
    const seen = service.env.map(({ name, required, default: value }) => [name, required, value]);
    expect(seen).toEqual([
      ["MODE", false, "fast"],
      ["MODEL", false, undefined],
      ["URL", true, undefined],
    ]);
  });

  it("reads pydantic settings", async () => {
    const text = `from typing import Annotated, ClassVar, Optional
from pydantic import AliasChoices, Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
class Base(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_")
    region: str
class Settings(Base):
    kept: ClassVar[int] = 3
    key: SecretStr
    dsn: PostgresDsn = Field(validation_alias=AliasChoices("DATABASE_URL", "DB"))
    debug: bool = False
    size: Annotated[int, Field(alias="POOL")] = 4
    note: Optional[str]
    made: list[str] = Field(default_factory=list)
`;
    expect(await env(text)).toEqual([
      { name: "APP_DEBUG", required: false, kind: "boolean", secret: false, value: "false" },
      { name: "APP_KEY", required: true, kind: "text", secret: true },
      { name: "APP_MADE", required: false, kind: "json", secret: false },
      { name: "APP_NOTE", required: true, kind: "text", secret: false },
      { name: "APP_REGION", required: true, kind: "region", secret: false },
      { name: "DATABASE_URL", required: true, kind: "database-url", secret: true },
      { name: "POOL", required: false, kind: "number", secret: false, value: "4" },
    ]);
  });

  it("reads starlette's Config and django-environ", async () => {
    expect(
      await env(
        'from starlette.config import Config\nconfig = Config(".env")\nA = config("A", cast=int, default=1)\nB = config("B_SECRET", cast=Secret)\n',
      ),
    ).toMatchObject([
      { name: "A", required: false, kind: "number", value: "1" },
      { name: "B_SECRET", required: true, secret: true },
    ]);
    expect(
      await env(
        'import environ\nenv = environ.Env()\nDB = env.db("DATABASE_URL")\nD = env.bool("DEBUG", default=False)\n',
      ),
    ).toMatchObject([
      { name: "DATABASE_URL", required: true, kind: "database-url" },
      { name: "DEBUG", required: false, kind: "boolean" },
    ]);
  });

  it("reads what dynaconf's validators ask for", async () => {
    const settings = (prefix: string) =>
      `from dynaconf import Dynaconf, Validator\nsettings = Dynaconf(${prefix}settings_files=["s.toml"], validators=[\n    Validator("API_KEY", "db.url", must_exist=True),\n    Validator("SIZE", default="4"),\n])\n`;
    expect(await env(settings('envvar_prefix="shop", '))).toMatchObject([
      { name: "SHOP_API_KEY", required: true, secret: true },
      { name: "SHOP_DB__URL", required: true },
      { name: "SHOP_SIZE", required: false, value: "4" },
    ]);
    expect((await env(settings("envvar_prefix=False, "))).map(({ name }) => name)).toEqual([
      "API_KEY",
      "DB__URL",
      "SIZE",
    ]);
    expect((await env(settings(""))).map(({ name }) => name)[0]).toBe("DYNACONF_API_KEY");
  });

  it("knows the scheme of a database URL from examples or drivers, and reads no real .env", async () => {
    const text = 'import os\nu = os.environ["DATABASE_URL"]\n';
    const scheme = async (more: Readonly<Record<string, string>>) => (await python(text, more)).env[0]?.scheme;
    expect(await scheme({ ".env.example": "DATABASE_URL=mysql+aiomysql://u:p@db/x\n" })).toBe("mysql+aiomysql");
    const dependencies = (names: string) => ({ "pyproject.toml": `[project]\nname="x"\ndependencies=[${names}]\n` });
    expect(await scheme(dependencies('"sqlalchemy","asyncpg"'))).toBe("postgresql+asyncpg");
    expect(await scheme(dependencies('"asyncpg"'))).toBe("postgresql");
    expect(await scheme({ ".env": "DATABASE_URL=mysql://u:p@db/x\n" })).toBeUndefined();
  });
});
