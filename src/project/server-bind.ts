import type { Server } from "../model/types.ts";

/** Where each server listens when nothing tells it otherwise. */
export const DEFAULT_BIND: Readonly<Partial<Record<Server, { readonly host: string; readonly port: string }>>> = {
  uvicorn: { host: "127.0.0.1", port: "8000" },
  gunicorn: { host: "127.0.0.1", port: "8000" },
  hypercorn: { host: "127.0.0.1", port: "8000" },
  granian: { host: "127.0.0.1", port: "8000" },
  sanic: { host: "127.0.0.1", port: "8000" },
  daphne: { host: "127.0.0.1", port: "8000" },
  "litestar-cli": { host: "127.0.0.1", port: "8000" },
  "flask-dev": { host: "127.0.0.1", port: "5000" },
  "django-dev": { host: "127.0.0.1", port: "8000" },
  waitress: { host: "0.0.0.0", port: "8080" },
  streamlit: { host: "0.0.0.0", port: "8501" },
};

/** Variables through which a server's command line is told its host or port instead of by its arguments. */
export const BIND_VARIABLES: Readonly<Partial<Record<Server, { readonly host: string; readonly port: string }>>> = {
  uvicorn: { host: "UVICORN_HOST", port: "UVICORN_PORT" },
  "flask-dev": { host: "FLASK_RUN_HOST", port: "FLASK_RUN_PORT" },
  granian: { host: "GRANIAN_HOST", port: "GRANIAN_PORT" },
  "litestar-cli": { host: "LITESTAR_HOST", port: "LITESTAR_PORT" },
  streamlit: { host: "STREAMLIT_SERVER_ADDRESS", port: "STREAMLIT_SERVER_PORT" },
};
