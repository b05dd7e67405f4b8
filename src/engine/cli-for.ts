import type { EngineFacts } from "./container-engine.ts";
import type { EngineCli } from "./engine.ts";
import type { EngineHttp } from "./http.ts";

/** A context is handed on by name, since it knows its own keys; every other engine by its address, one behind ssh by
 * the socket that leads there: it is connected already. */
export function cliFor(http: EngineHttp, facts: Pick<EngineFacts, "name" | "tunnel">): EngineCli {
  const { tunnel } = facts;
  const { context, host } = tunnel === undefined ? http.endpoint : { context: undefined, host: tunnel.socketPath };
  // The command line knows no https://; whether TLS is spoken is in the environment.
  const address = host.startsWith("/") ? `unix://${host}` : host.replace(/^https?:/, "tcp:");
  const tls = tunnel === undefined && http.endpoint.tls !== undefined ? { DOCKER_TLS_VERIFY: "1" } : {};
  if (facts.name === "podman") return { program: "podman", env: { CONTAINER_HOST: address } };
  const env =
    context === undefined
      ? { DOCKER_HOST: address, DOCKER_CONTEXT: undefined, ...tls }
      : { DOCKER_HOST: undefined, DOCKER_CONTEXT: context };
  return { program: "docker", env: { ...env, BUILDX_BUILDER: undefined } };
}
