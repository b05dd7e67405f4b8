import { mayNameSecret } from "../kit/secret-names.ts";
import type { EnvVariable } from "../model/types.ts";

/** A variable whose value must not be shown, going by its name. A URL with a password in it is one as well. */
export const secretByName = (name: string): boolean =>
  mayNameSecret(name) || isDatabaseName(name.replaceAll(/([a-z\d])([A-Z])/g, "$1_$2").toUpperCase());

const isDatabaseName = (upper: string): boolean =>
  /(?:^|_)(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG|MYSQL|MARIADB|SQLALCHEMY(?:_DATABASE)?|REDIS|MONGO(?:DB)?|AMQP|RABBITMQ|BROKER)_?(?:URL|URI|DSN)$/.test(
    upper,
  );

const BY_TYPE: Readonly<Record<string, EnvVariable["kind"]>> = {
  int: "number",
  integer: "number",
  float: "number",
  Decimal: "number",
  PositiveInt: "number",
  NonNegativeInt: "number",
  PositiveFloat: "number",
  bool: "boolean",
  AnyUrl: "url",
  AnyHttpUrl: "url",
  HttpUrl: "url",
  url: "url",
  PostgresDsn: "database-url",
  MySQLDsn: "database-url",
  MariaDBDsn: "database-url",
  RedisDsn: "database-url",
  MongoDsn: "database-url",
  AmqpDsn: "database-url",
  db: "database-url",
  db_url: "database-url",
  Path: "path",
  path: "path",
  FilePath: "path",
  DirectoryPath: "path",
  list: "json",
  List: "json",
  dict: "json",
  Dict: "json",
  set: "json",
  tuple: "json",
  Json: "json",
  json: "json",
  "json.loads": "json",
};

/** What shape of value satisfies the service. */
export function kindOf(name: string, type: string | undefined, example: string | undefined): EnvVariable["kind"] {
  const byType = type !== undefined && Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type] : undefined;
  if (byType !== undefined) return byType;
  const upper = name.toUpperCase();
  if (isDatabaseName(upper) || /^(?:postgres|mysql|mariadb|sqlite|mongodb|redis|amqp)[\w+]*:\/\//.test(example ?? ""))
    return "database-url";
  if (/^https?:\/\//.test(example ?? "") || /(?:^|_)(?:URL|URI|ENDPOINT)$/.test(upper)) return "url";
  if (/(?:^|_)REGION$/.test(upper)) return "region";
  return type === undefined ? kindByValue(upper, example) : "text";
}

function kindByValue(upper: string, example: string | undefined): EnvVariable["kind"] {
  if (/^\d+(?:\.\d+)?$/.test(example ?? "")) return "number";
  if (/^(?:true|false)$/i.test(example ?? "")) return "boolean";
  if (/(?:^|_)(?:PORT|TIMEOUT|SECONDS|MINUTES|WORKERS|RETRIES|LIMIT|SIZE|MAX|MIN|TTL)$/.test(upper)) return "number";
  return /(?:^|_)(?:PATH|DIR|DIRECTORY|FILE|FOLDER)$/.test(upper) ? "path" : "text";
}

export const schemeIn = (value: string | undefined): string | undefined =>
  /^([a-z][a-z0-9+.-]*):\/\//i.exec(value ?? "")?.[1];

/** The drivers SQLAlchemy and its like are given by URL, by what is installed. */
const DRIVERS: ReadonlyArray<readonly [string, string]> = [
  ["asyncpg", "postgresql+asyncpg"],
  ["psycopg", "postgresql+psycopg"],
  ["psycopg2-binary", "postgresql"],
  ["psycopg2", "postgresql"],
  ["aiomysql", "mysql+aiomysql"],
  ["asyncmy", "mysql+asyncmy"],
  ["pymysql", "mysql+pymysql"],
  ["mysqlclient", "mysql"],
  ["aiosqlite", "sqlite+aiosqlite"],
];

export function schemeByDependencies(packages: readonly string[]): string | undefined {
  const scheme = DRIVERS.find(([name]) => packages.includes(name))?.[1];
  // Without SQLAlchemy a driver is handed the plain URL.
  return packages.includes("sqlalchemy") ? scheme : scheme?.replace(/\+.*$/, "");
}
