import { type ApplicationText, type Command, type CommandContext, FlagNotFoundError, text_en } from "@stricli/core";
import { visibleLine } from "../kit/text.ts";
import { message } from "./paragraph.ts";

type Routes = Readonly<Record<string, Command<CommandContext>>>;
type UsageTexts = Pick<ApplicationText, "noCommandRegisteredForInput" | "exceptionWhileParsingArguments">;

/** What is said of words that no command or flag is: the library's sentence, and what to do next. */
export const usageTexts = (routes: Routes): UsageTexts => ({
  noCommandRegisteredForInput: (asked) =>
    said(
      `There is no command \`${visibleLine(asked.input)}\`${asked.corrections.length === 0 ? "" : `, did you mean ${asked.corrections.join(" or ")}?`}`,
      "`seaworthy --help` lists the commands. A folder is written with a slash: `seaworthy ./api`.",
      "usage/command",
    ),
  exceptionWhileParsingArguments(error, ansiColor) {
    const sentence = text_en.exceptionWhileParsingArguments(error, ansiColor);
    const help = "`seaworthy COMMAND --help` lists the flags, with examples.";
    return said(visibleLine(sentence), `${ownersOf(error, routes)}${help}`, "usage/flags");
  },
});

/** The commands that do have the flag: whoever types it knows it from one of them. */
function ownersOf(error: unknown, routes: Routes): string {
  if (!(error instanceof FlagNotFoundError)) return "";
  const name = error.input.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const owners = Object.entries(routes).flatMap(([command, { parameters }]) =>
    Object.hasOwn(parameters.flags ?? {}, name) ? `\`seaworthy ${command}\`` : [],
  );
  return owners.length === 0 ? "" : `It is a flag of ${owners.join(", ")}. `;
}

const said = (what: string, hint: string, code: string): string =>
  `${message(what)}\n${message(`${hint}  [${code}]`, "  ")}`;
