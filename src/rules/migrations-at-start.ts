import type { Command } from "./queries/commands.ts";
import { entrypointCommands } from "./queries/entrypoint.ts";
import { healthy, healthyFile, healthyWith, project, startLine } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Project, Rule, RuleInput } from "./rule.ts";

const SERVER = "exec uvicorn app.main:app --host 0.0.0.0 --port 8000 --timeout-graceful-shutdown 20";

/** The service with the driver of a database server. */
const withDriver = (files: Project): Project =>
  project({
    "pyproject.toml": healthyFile("pyproject.toml", ['"uvicorn==', '"asyncpg==0.30.0", "uvicorn==']),
    "uv.lock": healthyFile(
      "uv.lock",
      [
        "[[package]]\n",
        '[[package]]\nname = "asyncpg"\nversion = "0.30.0"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://index.example/asyncpg-0.30.0-cp313-cp313-manylinux_2_28_x86_64.whl" }]\n\n[[package]]\n',
      ],
      ['{ name = "fastapi" },', '{ name = "asyncpg" },\n    { name = "fastapi" },'],
      ["requires-dist = [\n", 'requires-dist = [\n    { name = "asyncpg", specifier = "==0.30.0" },\n'],
    ),
    ...files,
  });

const started = (command: string, files: Project = {}): Project =>
  withDriver({ Dockerfile: healthyWith([startLine, `CMD ["sh", "-c", "${command}"]\n`]), ...files });

const byScript = (script: string): Project =>
  withDriver({
    Dockerfile: healthyWith([startLine, 'COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n']),
    "entrypoint.sh": `#!/bin/sh\nset -e\n${script}\n`,
  });

export const migrationsAtStart: Rule = {
  id: "migrations-at-start",
  title: "Every start migrates the database",
  why: "Replicas that start together migrate the same database at the same time: neither alembic nor Django takes a lock, so one of them fails or both change the same table. A migration that fails keeps the service down, and one that takes long outlasts the grace of the health check. The service also needs rights over the schema for as long as it runs.",
  source:
    "sqlalchemy/alembic #633: nothing is built in that keeps two upgrades apart; rhesis-ai/rhesis #2545: three pods at once; forum.djangoproject.com 21283: avoid to run migrate in parallel; twelve-factor, admin processes",
  demand: "starts-directly",
  severity: "note",
  confidence: "likely",
  advice:
    "Run the migration once for each release from the same image: a Kubernetes Job, a task of ECS before the service is updated, a release command. Or let the script do it only where a variable asks for it.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      started(`alembic upgrade head && ${SERVER}`),
      started(`python -m alembic -c app/alembic.ini upgrade head && ${SERVER}`),
      byScript(`python manage.py migrate --noinput\n${SERVER}`),
      byScript(`echo migrating\nflask db upgrade\nexec "$@"`),
    ],
    good: [
      healthy,
      // SQLite has one writer and no second replica.
      project({ Dockerfile: healthyWith([startLine, `CMD ["sh", "-c", "alembic upgrade head && ${SERVER}"]\n`]) }),
      // A variable asks for it, or it is all that the image does.
      byScript(`if [ "$MIGRATE" = 1 ]; then alembic upgrade head; fi\n${SERVER}`),
      byScript(`[ "$MIGRATE" != 1 ] || alembic upgrade head\n${SERVER}`),
      byScript("exec alembic upgrade head"),
      byScript(`python manage.py migrate --check\n${SERVER}`),
      // It locks.
      started(`alembic upgrade head && ${SERVER}`, {
        "migrations/env.py": 'connection.execute(text("SELECT pg_advisory_lock(7)"))\n',
      }),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const start = startOf(dockerfile);
    const inStart = start?.commands.slice(0, -1).find(migrates);
    const inScript = entrypointCommands(input)
      .slice(0, -1)
      .find(({ command }) => migrates(command));
    if ((inStart === undefined && inScript === undefined) || !hasServerDatabase(input) || takesLock(input)) return;
    if (start && inStart) yield { message: told(inStart), where: at(dockerfile, start.instruction) };
    if (inScript) yield { message: told(inScript.command), where: inScript.place };
  },
};

const told = ({ text }: Command): string => `\`${text}\` runs at every start, in every replica.`;

function migrates({ argv, conditional }: Command): boolean {
  if (conditional === true) return false;
  const words = argv[0] === "exec" ? argv.slice(1) : argv;
  if (words.some((word) => /^--(?:check|plan|sql|help)$/.test(word))) return false;
  const has = (...wanted: readonly string[]): boolean => wanted.every((word) => words.includes(word));
  if (words.some((word) => /(?:^|\/)alembic$/.test(word))) return has("upgrade");
  if (words.some((word) => /(?:^|\/)(?:manage\.py|django-admin)$/.test(word))) return has("migrate");
  return (words.some((word) => /(?:^|\/)flask$/.test(word)) && has("db", "upgrade")) || has("aerich", "upgrade");
}

/** What speaks to a database that several replicas share. */
const DRIVER =
  /^(?:psycopg(?:2|2-binary|-binary|-c)?|asyncpg|pg8000|mysqlclient|pymysql|aiomysql|asyncmy|mysql-connector-python|oracledb|cx-oracle|pyodbc|pymssql)$/;

const hasServerDatabase = ({ service }: RuleInput): boolean =>
  service.dependencies.runtimeClosure.some((name) => DRIVER.test(name));

/** The migrations' own `env.py` may let one replica at a time through. */
const takesLock = ({ service, read }: RuleInput): boolean =>
  service.files.some(
    (file) => /(?:^|\/)env\.py$/.test(file) && /\b\w*(?:advisory\w*lock|get_lock)\b/i.test(read?.(file) ?? ""),
  );
