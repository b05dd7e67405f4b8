import {
  type Application,
  buildApplication,
  buildRouteMap,
  type Command,
  type CommandContext,
  text_en,
} from "@stricli/core";
import { VERSION } from "../pipeline/version.ts";
import { errorText } from "./error-text.ts";

/** The command line with these commands. */
export const appOf = (routes: Readonly<Record<string, Command<CommandContext>>>): Application<CommandContext> =>
  buildApplication(
    buildRouteMap({
      routes,
      docs: {
        brief: "From a Dockerfile that works on one machine to an image that is proven by running it",
        fullDescription:
          "`seaworthy ./FOLDER` is short for `seaworthy run FOLDER`, and `seaworthy` alone for `seaworthy run .`: the whole way, " +
          "from the analysis to the report. It changes nothing in the folder; `seaworthy apply` does, after a backup.\n\n" +
          "Exit code: 0 all promises kept; 1 something fails or is unproven; 2 usage, configuration or environment.",
      },
    }),
    {
      name: "seaworthy",
      versionInfo: { currentVersion: VERSION },
      scanner: { caseStyle: "allow-kebab-for-camel" },
      determineExitCode: () => 2,
      localization: { text: { ...text_en, exceptionWhileRunningCommand: errorText } },
    },
  );

/** `seaworthy FOLDER` is short for `seaworthy run FOLDER`. */
export function withDefaultCommand(args: readonly string[], routes: object): readonly string[] {
  const [first] = args;
  if (first === undefined) return ["run", "."];
  const isCommand = first in routes || first.startsWith("-");
  const looksLikeFolder = first.includes("/") || first.startsWith(".");
  return !isCommand && looksLikeFolder ? ["run", ...args] : args;
}
