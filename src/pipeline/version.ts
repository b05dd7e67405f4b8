declare const SEAWORTHY_VERSION: string | undefined;

/** Set by the bundler from package.json. */
export const VERSION: string = typeof SEAWORTHY_VERSION === "string" ? SEAWORTHY_VERSION : "0.0.0-dev";

/** The uv that is taken when neither the service nor its team asks for one. */
export const UV_VERSION = "0.13.8";
