import { run, type StricliProcess } from "@stricli/core";
import { appOf, withDefaultCommand } from "./app.ts";
import { commandHelp } from "./command-help.ts";
import { helpOfAll, withHelp } from "./help.ts";
import { routes } from "./routes.ts";

/** Every command. */
export function start(args: readonly string[], process: StricliProcess): Promise<void> {
  const { columns } = globalThis.process.stdout;
  const app = appOf(withHelp(routes, commandHelp, columns), {
    formatHelp: ({ ansiColor }) => helpOfAll(routes, { columns, bold: ansiColor }),
  });
  return run(app, withDefaultCommand(args, routes), { process });
}
