import { run, type StricliProcess } from "@stricli/core";
import { appOf, withDefaultCommand } from "./app.ts";
import { routes } from "./routes.ts";

/** Every command. */
export const start = (args: readonly string[], process: StricliProcess): Promise<void> =>
  run(appOf(routes), withDefaultCommand(args, routes), { process });
