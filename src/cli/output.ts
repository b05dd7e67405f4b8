import type { CommandContext } from "@stricli/core";
import { redactData } from "../kit/redact-data.ts";

/** Results go to stdout, made safe to show. */
export function print(context: CommandContext, text: string): void {
  context.process.stdout.write(`${text}\n`);
}

/** Data for scripts, without the secrets that the service's files hold. */
export const printJson = (context: CommandContext, value: unknown): void =>
  print(context, JSON.stringify(redactData(value), null, 2));

/** Exit code 1: something fails or is unproven. */
export function failed(): void {
  process.exitCode = 1;
}

/** Colours only where a person reads them. */
export const inColour = (): boolean => process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
