import { tmpdir } from "node:os";
import { firstCause, UserError } from "../kit/errors.ts";
import { unwritable } from "../kit/files.ts";
import { redactByShape } from "../kit/redact.ts";
import { visible } from "../kit/text.ts";

/** Wherever it happens, in the run's folder or in the one for temporary files: it is no fault of ours. */
const isOfTheDisk = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT", "EROFS"].includes(String(error.code));

/** What a person reads when a command cannot go on: what happened, where, what to do next. A stack trace only for our own bugs. */
export function errorText(thrown: unknown): string {
  const first = firstCause(thrown);
  const error = isOfTheDisk(first) ? unwritable(first.path ?? tmpdir(), first) : first;
  if (error instanceof UserError) {
    const { where, details } = error;
    const place = where === undefined ? "" : `${where.file}${where.line === undefined ? "" : `:${where.line}`}: `;
    const lines = details.map((line) => `  | ${line}`);
    return visible(
      redactByShape([`${place}${error.message}`, ...lines, `  ${error.hint}  [${error.code}]`].join("\n")),
    );
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return visible(redactByShape(`This is a bug in seaworthy. Please report it with these lines:\n${stack}`));
}
