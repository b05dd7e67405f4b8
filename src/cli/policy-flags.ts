import { reaches } from "../policy/settings.ts";
import type { FailOn } from "../policy/settings.ts";
import type { Analysis } from "../pipeline/analyze.ts";
import type { Session, SessionOptions } from "../pipeline/session.ts";

/** The flags of `analyze` about which findings count. */
export interface PolicyFlags {
  readonly failOn?: FailOn;
  readonly baseline?: string;
  readonly writeBaseline: boolean;
  readonly changed?: string;
  readonly fix: boolean;
  readonly dryRun: boolean;
}

export const policyFlags = {
  failOn: {
    kind: "enum",
    values: ["error", "warning", "note", "never"],
    brief: "end with 1 from this severity on, instead of `failOn` in seaworthy.yaml (error)",
    optional: true,
  },
  baseline: {
    kind: "parsed",
    parse: String,
    brief: "file of old findings that are not reported",
    placeholder: "file",
    optional: true,
  },
  writeBaseline: {
    kind: "boolean",
    brief: "write today's findings into the baseline, instead of reporting them",
    default: false,
    withNegated: false,
  },
  changed: {
    kind: "parsed",
    parse: String,
    inferEmpty: true,
    brief: "report only findings on lines that changed since this commit's history and ours parted (--changed=REF)",
    placeholder: "ref",
    optional: true,
  },
  fix: { kind: "boolean", brief: "make the safe fixes, after a backup", default: false, withNegated: false },
  dryRun: { kind: "boolean", brief: "with --fix: show the difference only", default: false, withNegated: false },
} as const;

export const policyOptions = ({ baseline, writeBaseline, changed }: PolicyFlags): Partial<SessionOptions> => ({
  baseline,
  writeBaseline,
  changed,
});

/** Whether a finding is grave enough for exit code 1. */
export function fails({ findings }: Pick<Analysis, "findings">, { config }: Session, flags: PolicyFlags): boolean {
  const limit = flags.failOn ?? config.failOn ?? "error";
  return findings.some(({ severity }) => reaches(severity, limit));
}
