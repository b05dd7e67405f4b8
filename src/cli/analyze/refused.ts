import { UserError } from "../../kit/errors.ts";
import type { Judged } from "../../formats/format.ts";

/** A service that could not be judged, among others that could: its one finding says why. */
export function refused(folder: string, error: UserError): Judged {
  const { message, hint, where, code } = error;
  const place = where === undefined ? {} : { where: { file: where.file, line: where.line ?? 1 } };
  return {
    folder,
    service: undefined,
    dockerfile: undefined,
    findings: [
      {
        rule: code.replace("/", "-"),
        severity: "error",
        confidence: "certain",
        message: `${message}.`,
        advice: hint,
        ...place,
      },
    ],
    suppressed: [],
    unchanged: 0,
    read: () => undefined,
  };
}
