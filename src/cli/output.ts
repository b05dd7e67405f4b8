import type { CommandContext } from "@stricli/core";
import { redactData } from "../kit/redact-data.ts";
import { safeJson } from "../kit/text.ts";

/** Results go to stdout, made safe to show. */
export function print(context: CommandContext, text: string): void {
  context.process.stdout.write(`${text}\n`);
}

/** Data for scripts, without the secrets that the service's files hold. */
export const printJson = (context: CommandContext, value: unknown): void =>
  print(context, safeJson(redactData(value), 2));

/** Exit code 1: something fails or is unproven. */
export function failed(): void {
  process.exitCode = 1;
}

/** What a stream says of its reader; one that is no terminal says nothing. */
export type Shown = Partial<Pick<NodeJS.WriteStream, "isTTY" | "columns">>;

/** The columns of a terminal; undefined for a stream that is none, or does not say. */
export const widthOf = ({ isTTY, columns }: Shown): number | undefined => (isTTY && columns) || undefined;

/**
 * Whoever reads standard output: colours and broken lines only where that is a person at a terminal. NO_COLOR takes the
 * colours away, and so does a terminal that knows none.
 */
export function reader(stream: Shown = process.stdout): {
  readonly colour: boolean;
  readonly width: number | undefined;
} {
  const plain = (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb";
  return { colour: stream.isTTY === true && !plain, width: widthOf(stream) };
}
