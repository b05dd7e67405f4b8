import type { Engine } from "../engine/engine.ts";
import type { BuildSide, Contract, Image, Role, Service } from "../model/types.ts";
import type { HookedRun } from "./support/hooked-run.ts";
import type { LoggedLine } from "./support/logs.ts";
import type { RoleSeen } from "./support/role.ts";
import type { LonelyLife } from "./support/lonely-life.ts";
import type { UsedLife } from "./support/strict-life.ts";
import type { SidecarSeen } from "./support/sidecar.ts";
import type { StaysUp } from "./support/stay.ts";
import type { Visit } from "./support/routes.ts";
import type { Spoken } from "./support/wire.ts";
import type { RegistryAccess } from "../registry/access.ts";

/** What a probe gets. The same for today's image and the reworked image. */
export interface ProbeContext {
  readonly engine: Engine;
  readonly image: Image;
  readonly service: Service;
  readonly contract: Contract;
  /** How the image was built: timings, cache facts, canaries. Undefined when an existing image is verified. */
  readonly build: BuildSide | undefined;
  /** What the team's own build secrets hold, in memory alone: it stands in no evidence. */
  readonly buildSecrets?: readonly string[];
  /** Folder of the run for this side; a probe may write logs there. */
  readonly evidenceDirectory: string;
  /** The short proof: what is repeated only to measure it is done once. */
  readonly quick?: boolean;
  /** What is asked of the timed starts of an image that is proven by itself; undefined where two are compared. */
  readonly timing?: Timing;
  /** What the probes of one image tell each other within one proof, so that nothing is run twice. */
  readonly shared: Shared;
  /** A probe that leads calls it as soon as all that is left to do is to wait. */
  readonly rests?: () => void;
  /** What this probe saw in the run before, whatever the image was then; undefined where nothing is read back. */
  readonly earlier?: () => Promise<unknown>;
  /** It calls it once nothing is asked of its container any more until its wait is over. */
  readonly idles?: () => void;
  readonly signal: AbortSignal;
  /** How registries are asked; undefined where none may be. */
  readonly registry?: RegistryAccess;
  /** What runs beside the image, and its roles; undefined where only an image is known. */
  readonly beside?: BesideImage;
}

/** What rests on the times of one image alone. */
export interface Timing {
  /** The least limit that the median start is held against, in milliseconds. */
  readonly startLimitMs: number;
  /** Something rests on the time from the stop signal to the exit. */
  readonly stops: boolean;
}

/** What runs beside one image while it is proven. */
export interface BesideImage {
  readonly sidecars: readonly SidecarSeen[];
  /** Roles that ran to their end before the service starts. */
  readonly tasks: readonly RoleSeen[];
  readonly roles: readonly Role[];
  readonly notStarted: readonly string[];
  readonly leftOut: readonly string[];
  /** It is the image that ships from now on. */
  readonly reworked: boolean;
}

/** Begins empty for each image under proof. Evidence that was read back from an earlier run shares nothing. */
export interface Shared {
  /** What the image does where it may write everywhere; other runs are compared with it. */
  writableRun?: Promise<WritableRun>;
  /** What it writes and reads, as noted from inside. */
  hookedRun?: Promise<HookedRun>;
  /** What it does on a read-only root within the memory it is given; undefined when it does not work so. */
  strictLife?: Promise<UsedLife | undefined>;
  /** What it does with no network, no rights and an unknown uid at once; undefined when it does not work so. */
  loneliestLife?: Promise<LonelyLife | undefined>;
  /** Why it was not healthy in its ordinary run, where nothing is taken from it. */
  unhealthy?: string;
  /** How it is spoken to, as far as a start has shown it. */
  spoken?: Spoken;
  /** The image has been started at least once, so the engine has its files in memory. */
  started?: boolean;
  /** The median start with all of the machine's processors, in milliseconds, as the timed starts had it. */
  startMs?: number;
  /** What became of it in the first seconds of its ordinary run. */
  stayed?: Promise<StaysUp>;
  /** Whether it ends within the grace period when nothing is open: other stops tell nothing about one that does not. */
  endsWhenIdle?: Promise<boolean>;
}

export interface WritableRun {
  readonly paths: readonly string[];
  readonly visits: readonly Visit[];
  /** What those that had answered, and had ended, were answered when they were asked once more. */
  readonly again?: readonly Visit[];
  /** What the team's own requests were answered. */
  readonly requests: readonly Visit[];
  /** The kinds of complaints about a failed write that its whole log has. */
  readonly complained: readonly number[];
  /** Paths that could not be written there either. */
  readonly refused: readonly string[];
  /** What it took when all had been asked; undefined where the engine does not count. */
  readonly memoryBytes?: number;
  readonly log: readonly LoggedLine[];
}

/** A probe runs something and writes down what it saw, as plain data. It never judges. */
export interface Probe<Data = unknown> {
  readonly id: string;
  readonly title: string;
  /** `alone`: it measures time, so nothing else runs meanwhile. */
  readonly runs: "alone" | "beside-others";
  /** It mostly waits, for a grace period or a health interval: begun first, so that others work meanwhile. */
  readonly waits?: boolean;
  /**
   * Its wait is the longest of all: the others begin when it tells by `rests` that it waits, so that none of them puts that
   * moment off.
   */
  readonly leads?: boolean;
  /** It takes long, or others need what it shares: begun first, so that the short ones fit in beside it. */
  readonly long?: boolean;
  /** It also runs when the image did not build, for what the build alone shows. */
  readonly withoutImage?: boolean;
  /** It tells nothing about a service that is never healthy: it is not begun once that is known. */
  readonly needsHealthy?: true;
  /** It says how to run an image, which is no comparison: today's is not asked. */
  readonly reworkedOnly?: boolean;
  /**
   * Everything that the data follows from, as plain data, for a probe that starts nothing: where an earlier run saw the
   * same, what it saw is read back. Undefined when it has to be looked at afresh.
   */
  readonly followsFrom?: (context: ProbeContext) => unknown;
  /** Raise it when the meaning of the data changes; old evidence is then collected again. */
  readonly version: number;
  collect(context: ProbeContext): Promise<Data>;
}
