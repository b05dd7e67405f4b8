import type { Decision, Dockerfile, Finding, ImageSpec, Service } from "../model/types.ts";
import type { StartScript } from "../project/start-script.ts";
import type { WheelGaps } from "../project/wheel-gaps.ts";
import type { Profile } from "../profiles/profile.ts";

/** What a decider may look at. */
export interface Facts {
  readonly service: Service;
  readonly profile: Profile;
  readonly findings: readonly Finding[];
  /** The Dockerfile of today, when there is one. */
  readonly dockerfile: Dockerfile | undefined;
  /** What a shell does before the service is there, in today's image; undefined where none does anything. */
  readonly startScript?: StartScript;
  /** False where today's image never installs the project itself, only what it depends on. */
  readonly installsProject?: boolean;
  /** Whether a tracked file may be executed; undefined where nobody can tell. */
  readonly isExecutable?: (path: string) => boolean | undefined;
  /** What each Python would have to compile of the lock; undefined where the lock names no files. */
  readonly wheelGaps?: WheelGaps;
  /** Choices the team made in its configuration; they win, and the decision says so. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Current version of uv, for a service that does not ask for one. */
  readonly uvVersion: string;
  /** Present text of the file that is to be written; undefined where there is none. */
  readonly outputText?: string;
  /** Somebody wants the service's own tests run on what ships: a requirement rests on them, or they were asked for. */
  readonly testsAsked: boolean;
}

/** What has been decided so far. */
export type Draft = { -readonly [K in keyof ImageSpec]?: ImageSpec[K] };

export interface Choice {
  readonly value: Partial<ImageSpec>;
  readonly choice: string;
  readonly because: string;
  readonly evidence?: readonly string[];
  readonly rejected: Decision["rejected"];
  /** Of the rules that the decider resolves, those whose findings this choice leaves. */
  readonly leaves?: readonly string[];
}

/** A decider settles one question of the image and says why, in words that end up in the Dockerfile and the report. */
export interface Decider {
  readonly id: string;
  readonly title: string;
  /** Deciders whose choice this one reads; they run first. */
  readonly after: readonly string[];
  /** Rules whose findings this choice removes; the planner checks the promise on the rendered Dockerfile. */
  readonly resolves: readonly string[];
  decide(facts: Facts, draft: Draft): Choice;
}
