import type { CommandSaid } from "../../probes/support/health-status.ts";

const MOST_CHARACTERS = 200;

/** ` ended with 127: sh: 1: curl: not found`: the last line of what a health command printed says the most. */
export function saidInWords(said: CommandSaid | undefined): string {
  if (said === undefined) return "";
  const last = said.output.split("\n").findLast((line) => line.trim() !== "") ?? "";
  const line = last.trim().slice(0, MOST_CHARACTERS).replace(/\.$/, "");
  const ended = said.code === -1 ? " did not end in time" : ` ended with ${said.code}`;
  return line === "" ? `${ended} and printed nothing` : `${ended}: ${line}`;
}
