import type { Ignore } from "../dockerfile/ignore.ts";
import type { Dockerfile, Finding, Service, Severity } from "../model/types.ts";

/** What a rule may look at. Everything is already read: a rule never touches the disk. */
export interface RuleInput {
  readonly dockerfile: Dockerfile;
  readonly service: Service;
  /** The .dockerignore that goes with `dockerfile`; matches nothing when there is none. */
  readonly ignore: Ignore;
  /** The text of a file of the service, such as an entrypoint script; undefined when there is none. */
  readonly read?: (path: string) => string | undefined;
  /** A file of the service may be started as a program; undefined where nobody knows. */
  readonly isExecutable?: (path: string) => boolean | undefined;
}

/** A small project: file name to content. `Dockerfile` is the one that is judged. */
export type Project = Readonly<Record<string, string>>;

export type RuleFinding = Omit<Finding, "rule" | "severity" | "confidence" | "advice"> &
  Partial<Pick<Finding, "severity" | "confidence" | "advice">>;

/** What a production image of a Python service has to keep; `formats/view/demands` says each in words. */
export type DemandId =
  | "builds-from-a-clone"
  | "exact-bases-and-tools"
  | "allowed-python"
  | "locked-versions"
  | "no-build-tools"
  | "only-what-is-needed"
  | "cached-dependencies"
  | "found-when-started"
  | "starts-directly"
  | "read-only-root"
  | "log-on-streams"
  | "stops-in-time"
  | "health-is-seen"
  | "reached-at-its-port"
  | "configured-from-outside"
  | "without-root"
  | "no-secrets"
  | "verified-downloads"
  | "todays-syntax";

/** A rule reads the project as it stands and says what is wrong with it. It never runs anything. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  /** Why it matters, with what happened where it was ignored. */
  readonly why: string;
  /** Where that is written down: a standard, a manual, an issue thread, or projects where it was seen. */
  readonly source: string;
  /** The demand that is not kept where the rule finds something: its row in the table of gaps. */
  readonly demand: DemandId;
  readonly severity: Severity;
  readonly confidence: Finding["confidence"];
  /** What to do, unless the finding says it better. */
  readonly advice: string;
  /** Ids of the same concern elsewhere: `DL3006`, `CKV_DOCKER_3`, `SecretsUsedInArgOrEnv`. */
  readonly aliases: readonly string[];
  /** Its rows in the catalogue that the rules started from: understood where somebody names one, and shown nowhere. */
  readonly numbers?: readonly string[];
  /** Version of seaworthy that brought the rule, or widened it. */
  readonly since: string;
  /** What `--fix` does about it, where a safe change is known. */
  readonly fixes?: string;
  /** Checks that prove or refute the finding by running the image. */
  readonly provenBy: readonly string[];
  /** Shown in the docs and run as the rule's own tests: each `bad` must be reported, no `good` may be. */
  readonly examples: { readonly bad: readonly Project[]; readonly good: readonly Project[] };
  check(input: RuleInput): Iterable<RuleFinding>;
}
