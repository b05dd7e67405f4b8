import type { Place, Server } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { envAtStart, option, type Start } from "./start.ts";

/** How long a server may take to stop, and what says so. */
export interface StopTime {
  readonly seconds: number;
  readonly by: "argument" | "variable" | "file" | "default";
  /** Where a configuration file says it. */
  readonly place?: Place;
}

/** What they wait where nothing says otherwise, by their own configuration's source: gunicorn's `graceful_timeout`,
 * hypercorn's, sanic's `GRACEFUL_SHUTDOWN_TIMEOUT`. The others wait without a limit, or not at all. */
const USUAL: Readonly<Partial<Record<Server, number>>> = { gunicorn: 30, hypercorn: 3, sanic: 15 };

/** The variables that say it; uvicorn's is taken by whatever runs uvicorn. */
const VARIABLES: Readonly<Partial<Record<Server, string>>> = {
  granian: "GRANIAN_WORKERS_KILL_TIMEOUT",
  sanic: "SANIC_GRACEFUL_SHUTDOWN_TIMEOUT",
};

/** Undefined for a server without a limit, and where a value cannot be read. */
export function stopTimeOf(input: RuleInput, { argv, server }: Start): StopTime | undefined {
  const { dockerfile, service } = input;
  const written = option(argv, "--timeout-graceful-shutdown", "--graceful-timeout", "--workers-kill-timeout");
  if (written !== undefined) return timed(written, "argument");
  const env = envAtStart(dockerfile);
  const variable =
    server === "gunicorn"
      ? /--graceful-timeout[= ](\S+)/.exec(env.get("GUNICORN_CMD_ARGS")?.value ?? "")?.[1]
      : env.get(VARIABLES[server] ?? "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN")?.value;
  if (variable !== undefined) return timed(variable, "variable");
  const { configuredStop } = service;
  const usual = USUAL[server];
  if (usual === undefined) return undefined;
  if (configuredStop === undefined)
    return (server === "sanic" ? isSetInCode(input) : isConfiguredUnread(argv, input))
      ? undefined
      : { seconds: usual, by: "default" };
  const [place] = configuredStop.evidence;
  return { seconds: configuredStop.value, by: "file", ...(place === undefined ? {} : { place }) };
}

/** Sanic's settings are most often given where the application is made. */
function isSetInCode({ service, read }: RuleInput): boolean {
  const module = service.application?.value.module.replaceAll(".", "/");
  const file = service.files.find((one) => one.endsWith(`${module}.py`));
  return file === undefined || read?.(file)?.includes("GRACEFUL_SHUTDOWN_TIMEOUT") !== false;
}

/** A file that is not the service's own may say it, or one that says it in a way that was not understood. */
function isConfiguredUnread(argv: readonly string[], { service, read }: RuleInput): boolean {
  const named = option(argv, "-c", "--config")?.replace(/^file:/, "");
  const name = (named ?? "gunicorn.conf.py").split("/").at(-1) ?? "";
  const file = service.files.find((one) => one === name || one.endsWith(`/${name}`));
  if (file === undefined) return named !== undefined;
  return read?.(file)?.includes("graceful_timeout") !== false;
}

function timed(written: string, by: StopTime["by"]): StopTime | undefined {
  const seconds = Number(written);
  return written.trim() === "" || !Number.isFinite(seconds) ? undefined : { seconds, by };
}
