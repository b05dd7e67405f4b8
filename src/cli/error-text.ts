import { firstCause, UserError } from "../kit/errors.ts";
import { unwritable } from "../kit/files.ts";
import { redactByShape } from "../kit/redact.ts";
import { noCommand, visible, visibleLine } from "../kit/text.ts";
import { message } from "./paragraph.ts";

/** Wherever it happens, in the run's folder or in the one for temporary files: it is no fault of ours. */
const isOfTheDisk = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT", "EROFS"].includes(String(error.code));

/** Loaded with the first such error: hardly any call meets one. */
const temporary = () => process.getBuiltinModule("node:os").tmpdir();

/** What a person reads when a command cannot go on: what happened, where, what to do next. A stack trace only for our own bugs. */
export function errorText(thrown: unknown): string {
  const first = firstCause(thrown);
  const error = isOfTheDisk(first) ? unwritable(first.path ?? temporary(), first) : first;
  if (error instanceof UserError) {
    const { where, details } = error;
    const place =
      where === undefined ? "" : `${visibleLine(where.file)}${where.line === undefined ? "" : `:${where.line}`}: `;
    const lines = details.map((line) => `  | ${line}`);
    const said = [message(`${place}${error.message}`), ...lines, message(`${error.hint}  [${error.code}]`, "  ")];
    return noCommand(visible(redactByShape(said.join("\n"))));
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return visible(redactByShape(`This is a bug in seaworthy. Please report it with these lines:\n${stack}`));
}
