import { visibleLine } from "../../kit/text.ts";
import type { Report } from "../../model/types.ts";

/** Whether checks show that a setting works, and which of them do not. */
export class Promises {
  readonly #report: Report;
  readonly #open = new Map<string, string>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** True where every one of these checks passes; the others are remembered as open. */
  kept(...ids: readonly string[]): boolean {
    return ids.map((id) => this.#isKept(id)).every(Boolean);
  }

  /** What was asked and is not shown, one line each. */
  open(): readonly string[] {
    return [...this.#open.values()];
  }

  #isKept(id: string): boolean {
    const result = this.#report.after.checks.find((check) => check.id === id);
    if (result?.status === "pass") return true;
    const { status = "unproven", message = "The run did not ask it." } = result ?? {};
    this.#open.set(id, `${id} (${status}): ${visibleLine(message).slice(0, 240)}`);
    return false;
  }
}
