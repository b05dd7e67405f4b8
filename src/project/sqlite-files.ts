import { posix } from "node:path";
import { pathOf } from "./paths.ts";
import { calledName, type PythonFile, type PythonSources } from "./python-source.ts";
import { type Assignment, type Call, type Expression, within } from "./python-tree.ts";

/**
 * Files of SQLite that a setting names: in an address such as `sqlite:///todo.db`, alone or as the default of what reads a
 * variable, or as Django writes a database.
 */
export function* sqliteFiles(
  sources: PythonSources,
  file: PythonFile,
  { target, value, scope }: Assignment,
): Generator<string> {
  if (value === undefined || !file.source.text.includes("sqlite")) return;
  const textOf = (part: Expression | undefined) =>
    part?.kind === "text" ? part.value : pathOf(sources, file, part, { scope });
  const whole = ofAddress(sources, file, textOf(value));
  if (whole !== undefined) yield whole;
  if (target !== "DATABASES") return;
  for (const part of within(value)) {
    if (part.kind === "call" && isDatabase(file, part)) {
      const path = ofAddress(sources, file, textOf(part.keywords.get("default")));
      if (path !== undefined) yield path;
    } else if (part.kind === "dict") {
      const held = new Map(part.entries.flatMap(([key, each]) => (key.kind === "text" ? [[key.value, each]] : [])));
      const path = textOf(held.get("ENGINE"))?.endsWith(".sqlite3") === true ? textOf(held.get("NAME")) : undefined;
      if (path !== undefined && path !== "" && path !== ":memory:") yield path;
    }
  }
}

/** `create_engine("sqlite:///app.db")`: an address that is given as it stands, or as a default. */
export function* engineFiles(
  sources: PythonSources,
  file: PythonFile,
): Generator<{ readonly path: string; readonly call: Call }> {
  if (!file.source.text.includes("sqlite")) return;
  for (const call of file.calls.filter((one) => ENGINE.test(calledName(file, one)))) {
    const given = [call.args[0], call.keywords.get("url")].find((one) => one?.kind === "text" || one?.kind === "call");
    const text = given?.kind === "text" ? given.value : pathOf(sources, file, given, { scope: call.scope });
    const path = ofAddress(sources, file, text);
    if (path !== undefined) yield { path, call };
  }
}

const ENGINE = /(?:^|\.)(?:create_engine|create_async_engine|from_uri|Database)$/;

/** dj-database-url, and the same of django-environ. */
const isDatabase = (file: PythonFile, call: Extract<Expression, { kind: "call" }>): boolean =>
  /(?:^dj_database_url\.(?:config|parse)|\.(?:db|db_url))$/.test(calledName(file, call));

/** Flask-SQLAlchemy means a file without a folder from `instance`. */
function ofAddress(sources: PythonSources, file: PythonFile, text = ""): string | undefined {
  const path = /^sqlite(?:\+\w+)?:\/\/\/(.+)$/.exec(text)?.[1];
  if (path === undefined || path.startsWith(":memory:")) return undefined;
  const isOfFlask =
    file.source.text.includes("SQLALCHEMY_DATABASE_URI") && sources.withAny("flask_sqlalchemy").length > 0;
  return isOfFlask && !path.startsWith("/") ? posix.join("instance", path) : path;
}
