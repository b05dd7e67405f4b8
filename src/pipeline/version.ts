declare const SEAWORTHY_VERSION: string | undefined;

/** Set by the bundler from package.json. */
export const VERSION: string = typeof SEAWORTHY_VERSION === "string" ? SEAWORTHY_VERSION : "0.0.0-dev";
