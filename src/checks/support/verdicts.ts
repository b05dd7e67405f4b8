import type { Measurement, Verdict } from "../../model/types.ts";

export const pass = (message: string, measured?: Measurement): Verdict => verdict("pass", message, measured);
export const fail = (message: string, measured?: Measurement): Verdict => verdict("fail", message, measured);
export const unproven = (message: string): Verdict => verdict("unproven", message);
export const notApplicable = (message: string): Verdict => verdict("not-applicable", message);

/** What came late on a machine that had other work to do. */
export const tooBusy = (late: string): Verdict => ({
  ...unproven(`${late}, but the machine was too busy to tell whose delay it was: run it again when it has less to do.`),
  busy: true,
});

/** The verdict, with what it says nothing about. */
export const leaving = (told: Verdict, parts: readonly string[]): Verdict =>
  parts.length === 0 ? told : { ...told, unproven: parts };

function verdict(status: Verdict["status"], message: string, measured?: Measurement): Verdict {
  return measured === undefined ? { status, message } : { status, message, measured };
}

/** `the value of TOKEN is not`, `the value of none of 3 secret variables is`: before where they were looked for. */
export const noValueOf = (watched: readonly string[]): string =>
  watched.length === 1
    ? `the value of ${watched[0]} is not`
    : `the value of none of ${watched.length} secret variables is`;

/** The first few of a list in a sentence: `a, b, c and 4 more`. */
export function some(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}
