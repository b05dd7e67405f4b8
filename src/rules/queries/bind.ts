import type { Dockerfile, Server } from "../../model/types.ts";
import { situationAt } from "./settings.ts";
import { option, type Start } from "./start.ts";

export interface Bind {
  readonly host: string | undefined;
  readonly port: string | undefined;
}

const defaults: Partial<Record<Server, Bind>> = {
  uvicorn: { host: "127.0.0.1", port: "8000" },
  gunicorn: { host: "127.0.0.1", port: "8000" },
  hypercorn: { host: "127.0.0.1", port: "8000" },
  granian: { host: "127.0.0.1", port: "8000" },
  "flask-dev": { host: "127.0.0.1", port: "5000" },
  "django-dev": { host: "127.0.0.1", port: "8000" },
  waitress: { host: "0.0.0.0", port: "8080" },
  streamlit: { host: "0.0.0.0", port: "8501" },
};

/** Variables through which a server is told its host or port instead of by its arguments. */
const bindVariables: Partial<Record<Server, { readonly host: string; readonly port: string }>> = {
  uvicorn: { host: "UVICORN_HOST", port: "UVICORN_PORT" },
  "flask-dev": { host: "FLASK_RUN_HOST", port: "FLASK_RUN_PORT" },
  granian: { host: "GRANIAN_HOST", port: "GRANIAN_PORT" },
  streamlit: { host: "STREAMLIT_SERVER_ADDRESS", port: "STREAMLIT_SERVER_PORT" },
};

const unknown: Bind = { host: undefined, port: undefined };

/** Where the server listens; a part is undefined when a file we cannot read decides it. */
export function bindOf(dockerfile: Dockerfile, start: Start): Bind {
  const { argv, server } = start;
  const joined = option(argv, "-b", "--bind", "--listen", "--address");
  if (joined !== undefined && /^unix|:/.test(joined)) return joined.startsWith("unix") ? unknown : split(joined);
  if (server === "django-dev") return djangoBind(argv);
  const { env } = situationAt(dockerfile, start.stage);
  const variable = (name = ""): string | undefined => env.get(name)?.value;
  if (server === "gunicorn" && (option(argv, "-c", "--config") ?? variable("GUNICORN_CMD_ARGS"))) return unknown;
  const names = bindVariables[server];
  const fallback = fallbackOf(start);
  return {
    host: option(argv, "--host", "-h", "--server.address") ?? joined ?? variable(names?.host) ?? fallback.host,
    port: option(argv, "--port", "-p", "--server.port") ?? variable(names?.port) ?? fallback.port,
  };
}

function fallbackOf({ argv, server }: Start): Bind {
  if (server === "fastapi-cli") return { host: argv.includes("dev") ? "127.0.0.1" : "0.0.0.0", port: "8000" };
  return defaults[server] ?? unknown;
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
