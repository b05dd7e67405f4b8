import { describe, expect, it } from "vitest";
import { namedAs } from "../../src/probes/support/named.ts";
import { makePlan } from "../../src/planner/make-plan.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { facts } from "./planner/sample.ts";

const plain = (name: string, required = true) => ({ name, required });
const field = (name: string, model: string, ...fields: readonly string[]) => ({
  ...plain(name),
  settings: { model, fields },
});
/** As pydantic ends a start. */
const missing = (model: string, one: string) =>
  `    settings = ${model}()\npydantic_core._pydantic_core.ValidationError: 1 validation error for ${model}\n${one}\n  Field required [type=missing, input_value={}, input_type=dict]\n`;

const key = field("NOTES_API_KEY", "Settings", "api_key");
const token = field("NOTES_TOKEN", "Settings", "token");
const nested = field("DB__URL", "Settings", "db.url", "db");
const pool = { ...field("DB__POOL", "Settings", "db.pool", "db"), required: false };
const user = field("DB__USER", "Settings", "db.user", "db");
const cache = field("CACHE_URL", "CacheSettings", "url");
const store = field("STORE_URL", "StoreSettings", "url");

describe("a log tells which variable is missing", () => {
  it.each([
    ["its own name", "NOTES_API_KEY must be set", [key], "NOTES_API_KEY"],
    ["its field", missing("Settings", "api_key"), [key], "api_key"],
    ["its field in a sentence", "settings: API_KEY is not there", [key], "api_key"],
    ["a field of one word", missing("Settings", "token"), [token], "token"],
    ["a field in quotes", "{'loc': ('token',), 'type': 'missing'}", [token], "token"],
    ["a field of a model in it", missing("Settings", "db.url"), [nested, user], "db.url"],
    ["the field that holds the model", missing("Settings", "db"), [nested, pool], "db"],
    ["its field in its own model", missing("CacheSettings", "url"), [cache, store], "url"],
    [
      "its name without the prefix",
      "The SECRET_KEY setting must not be empty.",
      [plain("DJANGO_SECRET_KEY")],
      "SECRET_KEY",
    ],
  ])("by %s", (_, log, env, by) => {
    expect(namedAs(log, env[0]?.name ?? "", env)).toBe(by);
  });

  it.each([
    ["nothing of it", "bad settings", [key]],
    ["a part of its field", "the key is not valid: my_api_key", [key]],
    ["another field", missing("Settings", "region"), [key]],
    ["an ordinary word", "no valid token was found", [token]],
    ["the last word of its name", "the url is not valid\nurl", [plain("DATABASE_URL")]],
    ["a field that holds two that are required", missing("Settings", "db"), [nested, user]],
    ["a field of another model", missing("StoreSettings", "url"), [cache, store]],
    ["a field of two models, and of none", "url\n  Field required", [cache, store]],
    ["another variable", "API_KEY is not set", [key, plain("API_KEY", false)]],
    ["what two are without their prefixes", "DB_URL is not set", [plain("READ_DB_URL"), plain("WRITE_DB_URL")]],
  ])("and not by %s", (_, log, env) => {
    expect(namedAs(log, env[0]?.name ?? "", env)).toBeUndefined();
  });
});

describe("the contract has the fields of a settings model", () => {
  const settingsOf = async (text: string) => {
    const service = await readService(memoryTree({ "app/settings.py": text }));
    const { env } = makePlan({ ...facts(), service: { ...facts().service, env: service.env } }).contract;
    return Object.fromEntries(env.map(({ name, settings }) => [name, settings]));
  };
  const start =
    "from pydantic import BaseModel, Field\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\n";

  it.each([
    ['env_prefix="NOTES_"', "api_key: str", { NOTES_API_KEY: { model: "Settings", fields: ["api_key"] } }],
    ["", "api_key: str", { API_KEY: undefined }],
    ["", 'key: str = Field(alias="API_KEY")', { API_KEY: { model: "Settings", fields: ["key"] } }],
    ['env_nested_delimiter="__"', "db: Database", { DB__URL: { model: "Settings", fields: ["db.url", "db"] } }],
  ])("with %j and %s", async (config, line, expected) => {
    const text = `${start}class Database(BaseModel):\n    url: str\nclass Settings(BaseSettings):\n    model_config = SettingsConfigDict(${config})\n    ${line}\n`;
    expect(await settingsOf(text)).toEqual(expected);
  });
});
