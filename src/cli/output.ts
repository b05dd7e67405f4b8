import type { CommandContext } from "@stricli/core";
import { styleText } from "node:util";
import { redactByShape, visible } from "../kit/text.ts";
import type { Finding } from "../model/types.ts";

/** Results go to stdout, made safe to show. */
export function print(context: CommandContext, text: string): void {
  context.process.stdout.write(`${text}\n`);
}

export const printJson = (context: CommandContext, value: unknown): void =>
  print(context, JSON.stringify(value, null, 2));

/** Exit code 1: something fails or is unproven. */
export function failed(): void {
  process.exitCode = 1;
}

const COLOURS = { error: "red", warning: "yellow", note: "blue" } as const;

/** Colours only where a person reads them. */
export const inColour = (): boolean => process.stdout.isTTY && process.env["NO_COLOR"] === undefined;

/** A finding as people read it: place, rule, message, advice. */
export function findingText({ severity, rule, message, where, advice }: Finding): string {
  const place =
    where === undefined ? "" : `${where.file}:${where.line}${where.column === undefined ? "" : `:${where.column}`}`;
  const head = inColour() ? styleText(COLOURS[severity], severity) : severity;
  return visible(redactByShape([`${place}  ${head}  ${rule}`, `    ${message}`, `    → ${advice}`].join("\n")));
}
