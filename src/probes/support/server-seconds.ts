import type { ImageConfig } from "../../model/types.ts";

const OPTION = /(?:^|\s)--(?:timeout-graceful-shutdown|graceful-timeout)[= ](\d+)(?:\s|$)/;

/** How long the server waits for requests in flight, by its start command or its own variables (uvicorn, gunicorn). */
export function serverSeconds({ entrypoint, command, env }: ImageConfig): number | undefined {
  const value = (name: string) => env.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const written =
    OPTION.exec([...entrypoint, ...command].join(" "))?.[1] ??
    /^\d+$/.exec(value("UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN"))?.[0] ??
    OPTION.exec(value("GUNICORN_CMD_ARGS"))?.[1];
  return written === undefined ? undefined : Number(written);
}
