import type { Rebuilt } from "./rebuilt.ts";

/** What the engine built, and what building it showed. Bytes are bytes; times are milliseconds. */

export interface Image {
  /** `sha256:…` of the image as the engine names it. */
  readonly id: string;
  readonly tag: string;
  readonly platform: string;
  readonly config: ImageConfig;
  /** Digests of the unpacked layers, the lowest first. Images with the same ones hold the same files. */
  readonly diffIds?: readonly string[];
}

export interface ImageConfig {
  readonly user: string;
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workdir: string;
  readonly exposed: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly stopSignal: string | undefined;
  readonly healthcheck: HealthcheckConfig | undefined;
  /** Why the image may have a HEALTHCHECK although none is seen here; undefined where the engine shows it. */
  readonly healthcheckUnread?: string;
  readonly history: ReadonlyArray<{ readonly createdBy: string; readonly empty: boolean }>;
}

export interface HealthcheckConfig {
  /** `["CMD", …]`, `["CMD-SHELL", …]` or `["NONE"]`. */
  readonly test: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startPeriodMs: number;
  readonly retries: number;
}

export interface Layer {
  readonly diffId: string;
  /** Sum of the payloads of the layer's tar. */
  readonly bytes: number;
  /** Compressed size, from the manifest; undefined when the engine keeps no compressed blob. */
  readonly contentBytes: number | undefined;
  /** What gzip made of samples of the layer, carried over to all of it, where no compressed blob is kept. */
  readonly estimatedContentBytes?: number;
  readonly createdBy: string;
  readonly files: number;
}

/** One step of a build, as BuildKit traced it. */
export interface BuildStep {
  /** BuildKit's name: `[builder 3/6] RUN uv sync …`. */
  readonly name: string;
  readonly stage: string | undefined;
  readonly cached: boolean;
  readonly milliseconds: number;
  readonly error?: string;
}

/** One timed build. */
export interface Build {
  readonly kind: "cold" | "warm" | "source-edit" | "lock-edit" | "touch";
  readonly milliseconds: number;
  readonly steps: readonly BuildStep[];
  /** The earlier run that measured it, when the same input was not built again. */
  readonly measuredIn?: string;
  /** How many times more the machine had to do than it has processors, when the build began. */
  readonly crowd?: number;
}

export interface BuildSide {
  /** Undefined when it did not build. */
  readonly image: Image | undefined;
  readonly dockerfile: string;
  readonly builds: readonly Build[];
  /** Files of the context and the image used as base, named as what they are. */
  readonly bases: ReadonlyArray<{
    readonly named: string;
    readonly used: string;
    readonly standIn: boolean;
    /** What a stand-in really is, as its own label says. */
    readonly really?: string;
  }>;
  readonly failure?: { readonly step: string; readonly log: readonly string[]; readonly where?: string };
  /** A file that was edited to prove the cache, and the line added. */
  readonly edited?: {
    readonly source: string;
    readonly lock?: string;
    /** Why the build after a change failed, by its kind. */
    readonly failed?: Readonly<Partial<Record<Build["kind"], string>>>;
  };
  /** Random values that were passed to a build without cache, as arguments or secrets: none may come out in the image.
   * Secrets are no part of the cache's key, so a cached layer would hold the value of an earlier build. */
  readonly canaries?: readonly string[];
  /** In how many places of the build a random value was planted; `canaries` holds those of an earlier build besides. */
  readonly planted?: number;
  /** Hash of everything that its builds depend on. */
  readonly inputKey?: string;
  /** Why none of its builds was a cold one, where that is so. */
  readonly notCold?: string;
  /** How a second build came out, where one was made. */
  readonly rebuilt?: Rebuilt;
  /** Namespace of its cache mounts, where it is not the one that all builds of ours share. */
  readonly mounts?: string;
}
