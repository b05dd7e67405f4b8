/** A place in a file, shown as `file:line`. */
export interface Where {
  readonly file: string;
  readonly line?: number;
}

/**
 * An error the user can act on. The command line prints what happened, where and what to do next, without a stack
 * trace; every other error is a bug of ours and is printed with one.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  /** Stable and documented: `engine/not-found`, `project/bad-toml`. */
  readonly code: string;
  /** What to do next. */
  readonly hint: string;
  readonly where: Where | undefined;
  /** Lines worth showing under the message: the end of a log, for example. */
  readonly details: readonly string[];

  constructor(
    code: string,
    message: string,
    options: { hint: string; where?: Where; details?: readonly string[]; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.where = options.where;
    this.details = options.details ?? [];
  }
}

/** When the clean-up fails as well (`await using`), the first error is the one that explains the second. */
export function firstCause(error: unknown): unknown {
  return error instanceof Error && "suppressed" in error ? firstCause(error.suppressed) : error;
}
