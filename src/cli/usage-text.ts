import { type ApplicationText, text_en } from "@stricli/core";
import { visibleLine } from "../kit/text.ts";
import { message } from "./paragraph.ts";

/** What is said of words that no command or flag is: the library's sentence, and what to do next. */
export const usageTexts: Pick<ApplicationText, "noCommandRegisteredForInput" | "exceptionWhileParsingArguments"> = {
  noCommandRegisteredForInput: (asked) =>
    said(
      `There is no command \`${visibleLine(asked.input)}\`${asked.corrections.length === 0 ? "" : `, did you mean ${asked.corrections.join(" or ")}?`}`,
      "`seaworthy --help` lists the commands. A folder is written with a slash: `seaworthy ./api`.",
      "usage/command",
    ),
  exceptionWhileParsingArguments(error, ansiColor) {
    const sentence = text_en.exceptionWhileParsingArguments(error, ansiColor);
    return said(visibleLine(sentence), "`seaworthy COMMAND --help` lists the flags, with examples.", "usage/flags");
  },
};

const said = (what: string, hint: string, code: string): string =>
  `${message(what)}\n${message(`${hint}  [${code}]`, "  ")}`;
