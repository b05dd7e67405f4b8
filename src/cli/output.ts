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

/** The columns of a terminal; undefined for a stream that is none, or does not say. */
export const widthOf = ({ isTTY, columns }: NodeJS.WriteStream): number | undefined => (isTTY && columns) || undefined;

/**
 * Whoever reads standard output: colours and broken lines only where that is a person at a terminal. NO_COLOR takes the
 * colours away, and so does a terminal that knows none.
 */
export function reader(): { readonly colour: boolean; readonly width: number | undefined } {
  const plain = (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb";
  return { colour: process.stdout.isTTY && !plain, width: widthOf(process.stdout) };
}
