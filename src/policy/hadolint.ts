import type { Severity } from "../model/types.ts";
import type { FailOn, IgnoreEntry } from "./settings.ts";

/** What a team has already settled for hadolint, in our words. */
export interface HadolintSettings {
  readonly severity: Readonly<Record<string, Severity>>;
  readonly ignore: readonly IgnoreEntry[];
  /** Only what makes us stricter: a laxer threshold was meant for what hadolint finds, not for what it cannot see. */
  readonly failOn: FailOn | undefined;
}

const LEVELS: Readonly<Record<string, Severity>> = { error: "error", warning: "warning", info: "note", style: "note" };
const THRESHOLDS: Readonly<Record<string, FailOn>> = { warning: "warning", info: "note", style: "note" };

/**
 * Reads the value of a `.hadolint.yaml`; keys that mean nothing here are passed over.
 * @returns or what is wrong, with the key it is about.
 */
export function hadolintSettings(
  value: unknown,
  file: string,
): HadolintSettings | { readonly problem: string; readonly key: string } {
  // An empty file settles nothing.
  const map = value ?? {};
  if (!isMap(map)) return { problem: "it is to be a map", key: "" };
  const ignored = idsOf(map["ignored"]);
  if (ignored === undefined) return { problem: "`ignored` is to be a list of rule ids", key: "ignored" };
  const override = map["override"] ?? {};
  if (!isMap(override)) return { problem: "`override` is to be a map from severity to rule ids", key: "override" };
  const severity: Record<string, Severity> = {};
  for (const [name, level] of Object.entries(LEVELS)) {
    const ids = idsOf(override[name]);
    if (ids === undefined) return { problem: `\`override.${name}\` is to be a list of rule ids`, key: "override" };
    for (const id of ids) severity[id] = level;
  }
  const threshold = map["failure-threshold"];
  return {
    severity,
    ignore: ignored.map((rule) => ({ rule, reason: `${file} ignores ${rule}` })),
    failOn: typeof threshold === "string" ? THRESHOLDS[threshold.toLowerCase()] : undefined,
  };
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Nothing, a list, or undefined for anything else. */
function idsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((id): id is string => typeof id === "string")) return undefined;
  return value;
}
