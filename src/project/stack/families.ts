import type { Ready } from "../../model/types.ts";

/** Ports that well-known images listen on once they are ready, by a part of the image's name. */
const PORTS: ReadonlyArray<readonly [family: RegExp, port: number]> = [
  [/(?:^|\/)(?:postgres|postgresql|postgis|pgvector|timescaledb)/, 5432],
  [/(?:^|\/)(?:redis|valkey|keydb|dragonfly|redis-stack)/, 6379],
  [/(?:^|\/)(?:mysql|mariadb|percona)/, 3306],
  [/(?:^|\/)minio/, 9000],
  [/(?:^|\/)rabbitmq/, 5672],
  [/(?:^|\/)mongo/, 27_017],
  [/(?:^|\/)memcached/, 11_211],
  [/(?:^|\/)(?:elasticsearch|opensearch)/, 9200],
  [/(?:^|\/)nats/, 4222],
  [/(?:^|\/)localstack/, 4566],
  [/(?:^|\/)qdrant/, 6333],
  [/(?:^|\/)(?:mailpit|mailhog)/, 1025],
  [/(?:^|\/)clickhouse/, 9000],
  [/(?:^|\/)(?:kafka|redpanda|cp-kafka)/, 9092],
];

/**
 * What tells that a well-known image is ready, beside what its Compose file says. While PostgreSQL makes its first
 * database, a server without a network answers on the socket, and `pg_isready` there is content with it: asked is TCP.
 */
export function readinessOf(image: string, env: Readonly<Record<string, string>>): readonly Ready[] {
  const name = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const port = PORTS.find(([family]) => family.test(name))?.[1];
  if (port === undefined) return [];
  if (port !== 5432) return [{ kind: "port", port }];
  const user = env["POSTGRES_USER"] ?? "postgres";
  return [{ kind: "command", argv: ["pg_isready", "-h", "127.0.0.1", "-U", user] }];
}
