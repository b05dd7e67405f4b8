import type { ImageConfig, Service } from "../../model/types.ts";

const OPTION = /(?:^|\s)--(?:timeout-graceful-shutdown|graceful-timeout)[= ](\d+)(?:\s|$)/;

/**
 * How long the server waits for requests in flight: by its start command, its own variables (uvicorn, gunicorn), or its
 * configuration file, in this order. What it does where nothing says so is nobody's promise, and is measured.
 */
export function serverSeconds(
  { entrypoint, command, env }: ImageConfig,
  { configuredStop }: Pick<Service, "configuredStop">,
): number | undefined {
  const value = (name: string) => env.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const written =
    OPTION.exec([...entrypoint, ...command].join(" "))?.[1] ??
    /^\d+$/.exec(value("UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN"))?.[0] ??
    OPTION.exec(value("GUNICORN_CMD_ARGS"))?.[1];
  if (written !== undefined) return Number(written);
  const starts = [...entrypoint, ...command].join(" ");
  return /\b(?:gunicorn|hypercorn)\b/.test(starts) ? configuredStop?.value : undefined;
}
