import type { Dockerfile, Server } from "../../model/types.ts";
import { BIND_VARIABLES, DEFAULT_BIND } from "../../project/server-bind.ts";
import { situationAt } from "./settings.ts";
import { option, type Start } from "./start.ts";

export interface Bind {
  readonly host: string | undefined;
  readonly port: string | undefined;
}

/** A server in the shipped image, started by its own command or by that of a container. */
export type Serving = Pick<Start, "argv" | "server" | "stage">;

const unknown: Bind = { host: undefined, port: undefined };

/** Where the server listens; a part is undefined when a file we cannot read decides it. */
export function bindOf(dockerfile: Dockerfile, start: Serving, files: readonly string[]): Bind {
  const { argv, server } = start;
  const joined = option(argv, "-b", "--bind", "--listen", "--address");
  if (joined?.startsWith("unix") || argv.some((word) => /^--(?:uds|fd)(?:=|$)/.test(word))) return unknown;
  if (joined?.includes(":")) return split(joined);
  if (server === "django-dev") return djangoBind(argv);
  const { env } = situationAt(dockerfile, start.stage);
  const variable = (name = ""): string | undefined => env.get(name)?.value;
  if (joined === undefined && isConfigured(start, files)) return unknown;
  if (server === "gunicorn" && joined === undefined) return gunicornBind(variable);
  return told(start, joined, variable);
}

/** By its arguments, its own variables, or not at all. */
function told(start: Serving, joined: string | undefined, variable: (name?: string) => string | undefined): Bind {
  const { argv, server } = start;
  const names = BIND_VARIABLES[server];
  const fallback = fallbackOf(start);
  return {
    host: option(argv, "--host", "-h", "-H", "--server.address") ?? joined ?? variable(names?.host) ?? fallback.host,
    port: option(argv, "--port", "-p", "--server.port") ?? variable(names?.port) ?? fallback.port,
  };
}

/** Without an argument: what its variable for arguments says, or every address as soon as PORT is set. */
function gunicornBind(variable: (name: string) => string | undefined): Bind {
  const given = variable("GUNICORN_CMD_ARGS")?.split(/\s+/);
  if (given !== undefined) {
    const bind = option(given, "-b", "--bind");
    return bind?.includes(":") === true && !/[$'"]|^unix:/.test(bind) ? split(bind) : unknown;
  }
  const port = variable("PORT");
  return port === undefined ? (DEFAULT_BIND.gunicorn ?? unknown) : { host: "0.0.0.0", port };
}

/** Files that a server reads from the working directory without being told. */
const SETTINGS: Partial<Record<Server, string>> = {
  gunicorn: "gunicorn.conf.py",
  streamlit: ".streamlit/config.toml",
};

function isConfigured({ argv, server }: Serving, files: readonly string[]): boolean {
  const file = SETTINGS[server];
  const named = server === "gunicorn" || server === "hypercorn" ? option(argv, "-c", "--config") : undefined;
  return named !== undefined || (file !== undefined && files.some((each) => each.endsWith(file)));
}

function fallbackOf({ argv, server }: Serving): Bind {
  if (server === "fastapi-cli") return { host: argv.includes("dev") ? "127.0.0.1" : "0.0.0.0", port: "8000" };
  return DEFAULT_BIND[server] ?? unknown;
}

function djangoBind(argv: readonly string[]): Bind {
  const address = argv[argv.indexOf("runserver") + 1] ?? "";
  if (/^\d+$/.test(address)) return { host: "127.0.0.1", port: address };
  return address.includes(":") ? split(address) : { host: "127.0.0.1", port: "8000" };
}

function split(address: string): Bind {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon) || "0.0.0.0", port: address.slice(colon + 1) };
}
