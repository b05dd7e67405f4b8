import { existsSync } from "node:fs";
import { UserError } from "../kit/errors.ts";
import { type Endpoint, wellKnownSockets } from "./endpoint.ts";

/** An address that is no engine for us. */
export interface Failure {
  readonly endpoint: Endpoint;
  readonly error: UserError;
}

interface Asked {
  readonly env: Readonly<Record<string, string | undefined>>;
}

const START = "Start Docker or Podman, or name a running engine with --engine or DOCKER_HOST.";
const JOIN =
  "This user may not open the engine's socket. Let him into the group that owns it (`ls -l` shows it, mostly `docker`) " +
  "and log in again, or name another engine with --engine or DOCKER_HOST.";

/** No engine answers: what was tried, and what to do. */
export function notFound(endpoints: readonly Endpoint[], failures: readonly Failure[], { env }: Asked): UserError {
  const tried =
    endpoints.length === 0
      ? ["no --engine, no DOCKER_HOST, no docker context", ...wellKnownSockets(env).map((path) => `no ${path}`)]
      : failures.map(({ endpoint, error }) => `${endpoint.source}: ${endpoint.host}: ${causeOf(error)}`);
  const others = othersThan(endpoints, env);
  const hints = [
    failures.some(isForbidden) ? JOIN : START,
    ...(others.length === 0 ? [] : [`Not tried, since one was named: ${others.join(", ")}.`]),
    "`seaworthy analyze` and `seaworthy rework` need none.",
  ];
  return new UserError("engine/not-found", "No container engine answers", { hint: hints.join(" "), details: tried });
}

/** An engine listens there, and its socket belongs to others: to start one would not help. */
const isForbidden = ({ error: { cause } }: Failure): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "EACCES";

function causeOf(error: UserError): string {
  // What to do about ssh is no matter of the engine.
  if (error.code === "engine/ssh-failed") return [error.message, error.hint].join(" ").replace(/\.$/, "");
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** The sockets that are there, and were not tried because another engine was named. */
function othersThan(endpoints: readonly Endpoint[], env: Asked["env"]): readonly string[] {
  const tried = new Set(endpoints.map(({ host }) => host.replace(/^unix:\/\//, "")));
  return wellKnownSockets(env)
    .filter((path) => !tried.has(path) && existsSync(path))
    .map((path) => `unix://${path}`);
}
