import type { Status, Verdict } from "../model/types.ts";

/** Every part must hold. What does not apply is no obstacle, unless nothing applies. */
export function combineAll(parts: readonly Verdict[]): Verdict {
  return firstOf(parts, ["fail", "unproven", "accepted", "pass", "not-applicable"]);
}

/** One part that holds is enough. */
export function combineAny(parts: readonly Verdict[]): Verdict {
  return firstOf(parts, ["pass", "unproven", "fail", "accepted", "not-applicable"]);
}

/** The messages and the measurement of the parts that decided. */
function firstOf(parts: readonly Verdict[], order: readonly Status[]): Verdict {
  const status = order.find((one) => parts.some((part) => part.status === one)) ?? "unproven";
  const deciding = parts.filter((part) => part.status === status);
  // Checks on the same probe often say the same.
  const messages = new Set(deciding.map((part) => part.message));
  const message = [...messages].join(" ") || "There is nothing to judge.";
  const measured = deciding.find((part) => part.measured !== undefined)?.measured;
  return { status, message, ...(measured === undefined ? {} : { measured }) };
}
