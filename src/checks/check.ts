import type { Contract, RoleKind, Seen, Service, Severity, Verdict } from "../model/types.ts";
import type { Probe } from "../probes/probe.ts";

/** What a check may look at beside the evidence. */
export interface JudgeContext {
  readonly contract: Contract;
  readonly service: Service;
  readonly side: "before" | "after";
  /** Evidence of the same probe on today's image, when this side is the reworked one. */
  readonly before: unknown;
}

/** A check judges what one probe saw. It starts nothing, so it can judge an old run again. */
export interface Check<Data = unknown> {
  readonly id: string;
  /** How grave it is that it fails: `error` where the image must not ship so, `warning` where it costs something. */
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly source: string;
  /** What an operator sees when the promise is broken, why that is most often so, and what to do. For the runbook. */
  readonly whenItFails?: { readonly symptom: string; readonly cause: string; readonly remedy: string };
  readonly needs: Probe<Data>;
  /** It can be shown only where the image was built here, or where there is today's image to compare it with. */
  readonly shownBy?: "build" | "comparison";
  /** What it asks something of; of servers, workers and tasks when nothing is said. */
  readonly of?: readonly RoleKind[];
  /** Shown in the docs and run as the check's own tests: at least one `pass` and one `fail`. */
  readonly examples: ReadonlyArray<{
    readonly name: string;
    readonly data: Data;
    readonly status: Verdict["status"];
    /** A part of the message: what of it may not be lost. */
    readonly says?: string;
    readonly context?: Partial<JudgeContext>;
  }>;
  judge(data: Data, context: JudgeContext): Verdict;
}

/** A worker is not asked what only a server can show. What nobody knows is asked as a server. */
export const isAskedOf = ({ of }: Check, { kind }: Pick<Contract, "kind">): boolean =>
  kind === undefined || kind === "unknown" || of === undefined || of.includes(kind);

const NOT_ASKED = {
  worker: "It is a worker and serves nobody: this is asked of servers only.",
  task: "It is a task, which ends by itself: this is asked only of what keeps running.",
} as const;

/** What no probe could see is not a pass: the check stays unproven, with the reason. */
export function judge(check: Check, seen: Seen | undefined, context: JudgeContext): Verdict {
  const { kind } = context.contract;
  if (!isAskedOf(check, context.contract) && (kind === "worker" || kind === "task"))
    return { status: "not-applicable", message: NOT_ASKED[kind] };
  if (seen === undefined) return { status: "unproven", message: `The probe ${check.needs.id} did not run.` };
  if (seen.status === "failed") return { status: "unproven", message: seen.reason };
  return check.judge(seen.value, context);
}
