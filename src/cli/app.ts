import {
  type Application,
  buildApplication,
  buildRouteMap,
  type Command,
  type CommandContext,
  type RouteMap,
  text_en,
} from "@stricli/core";
import { VERSION } from "../pipeline/version.ts";
import { errorText } from "./error-text.ts";
import { usageTexts } from "./usage-text.ts";

/** The command line with these commands. */
export const appOf = (
  routes: Readonly<Record<string, Command<CommandContext>>>,
  help: Partial<Pick<RouteMap<CommandContext>, "formatHelp">> = {},
): Application<CommandContext> =>
  buildApplication(
    {
      ...buildRouteMap({
        routes,
        docs: { brief: "From a Dockerfile that works on one machine to an image that is proven by running it" },
      }),
      ...help,
    },
    {
      name: "seaworthy",
      versionInfo: { currentVersion: VERSION },
      scanner: { caseStyle: "allow-kebab-for-camel" },
      determineExitCode: () => 2,
      localization: { text: { ...text_en, ...usageTexts(routes), exceptionWhileRunningCommand: errorText } },
    },
  );

/** Flags that are no command's. */
const OF_THE_APPLICATION: ReadonlySet<string> = new Set([
  "-h",
  "--help",
  "-H",
  "--helpAll",
  "--help-all",
  "-v",
  "--version",
]);

/** `seaworthy FOLDER` is short for `seaworthy run FOLDER`. */
export function withDefaultCommand(args: readonly string[], routes: object): readonly string[] {
  const [first] = args;
  if (first === undefined) return ["run", "."];
  if (first in routes || OF_THE_APPLICATION.has(first)) return args;
  // A flag of `run`, or a folder: what looks like neither is a command that was mistyped.
  return /^[-.]|\//.test(first) ? ["run", ...args] : args;
}
