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

/** The variables that say it. */
const VARIABLES: Readonly<Partial<Record<Server, string>>> = {
  uvicorn: "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN",
  granian: "GRANIAN_WORKERS_KILL_TIMEOUT",
  sanic: "SANIC_GRACEFUL_SHUTDOWN_TIMEOUT",
};

/** Undefined for a server without a limit, and where a value cannot be read, or is set in the container. */
export function stopTimeOf(
  input: RuleInput,
  { argv, server }: Pick<Start, "argv" | "server">,
  told: readonly string[] = [],
): StopTime | undefined {
  const written = option(argv, "--timeout-graceful-shutdown", "--graceful-timeout", "--workers-kill-timeout");
  if (written !== undefined) return timed(written, "argument");
  const name = server === "gunicorn" ? "GUNICORN_CMD_ARGS" : VARIABLES[server];
  if (name !== undefined && told.includes(name)) return undefined;
  const set = envAtStart(input.dockerfile).get(name ?? "")?.value;
  const variable = server === "gunicorn" ? /--graceful-timeout[= ](\S+)/.exec(set ?? "")?.[1] : set;
  return variable === undefined ? withoutBeingTold(input, argv, server) : timed(variable, "variable");
}

/** By its configuration file, or by nothing at all. */
function withoutBeingTold(input: RuleInput, argv: readonly string[], server: Server): StopTime | undefined {
  const { configuredStop } = input.service;
  const usual = USUAL[server];
  if (usual === undefined) return undefined;
  if (configuredStop === undefined)
    return (server === "sanic" ? isSetInCode(input) : isConfiguredUnread(argv, input))
      ? undefined
      : { seconds: usual, by: "default" };
  const [place] = configuredStop.evidence;
  // Another command may name another file than the one that was read.
  if (place !== undefined && server !== "sanic" && lastOf(place.file) !== configOf(argv)) return undefined;
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
  const named = option(argv, "-c", "--config");
  const name = configOf(argv);
  const file = service.files.find((one) => one === name || one.endsWith(`/${name}`));
  if (file === undefined) return named !== undefined;
  return read?.(file)?.includes("graceful_timeout") !== false;
}

const configOf = (argv: readonly string[]): string =>
  lastOf(option(argv, "-c", "--config")?.replace(/^(?:file|python):/, "") ?? "gunicorn.conf.py");

const lastOf = (path: string): string => path.split("/").at(-1) ?? "";

function timed(written: string, by: StopTime["by"]): StopTime | undefined {
  const seconds = Number(written);
  return written.trim() === "" || !Number.isFinite(seconds) ? undefined : { seconds, by };
}
