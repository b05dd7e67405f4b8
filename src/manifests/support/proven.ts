import { visibleLine } from "../../kit/text.ts";
import type { Report } from "../../model/types.ts";

/** A worker answers nobody, so nothing is in flight when it stops. */
const OF_SERVERS: ReadonlySet<string> = new Set(["stop-answers-in-flight", "stops-under-init"]);

/** What a run's checks show of the settings of a manifest, and what they leave open. */
export class Proven {
  readonly #report: Report;
  readonly #open = new Map<string, string>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** True where the check passes; one that does not is open from now on, but for what is asked of servers only. */
  by(id: string): boolean {
    if (this.#report.contract.kind !== undefined && OF_SERVERS.has(id)) return false;
    const result = this.#report.after.checks.find((check) => check.id === id);
    if (result?.status === "pass") return true;
    const { status = "unproven", message = "The run did not ask it." } = result ?? {};
    this.#open.set(id, `${id} (${status}): ${visibleLine(message).slice(0, 240)}`);
    return false;
  }

  /** Of a setting that stays on in any case: what is open about it is said. */
  told(...ids: readonly string[]): void {
    for (const id of ids) this.by(id);
  }

  /** What was asked and is not shown, one line each. */
  open(): readonly string[] {
    return [...this.#open.values()];
  }
}
