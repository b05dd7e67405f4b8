import type { Engine } from "../engine/engine.ts";
import type { BuildSide, Contract, Image, Service } from "../model/types.ts";

/** What a probe gets. The same for the baseline and the reworked image. */
export interface ProbeContext {
  readonly engine: Engine;
  readonly image: Image;
  readonly service: Service;
  readonly contract: Contract;
  /** How the image was built: timings, cache facts, canaries. Undefined when an existing image is verified. */
  readonly build: BuildSide | undefined;
  /** Folder of the run for this side; a probe may write logs there. */
  readonly evidenceDirectory: string;
  /** The short proof: what is repeated only to measure it is done once. */
  readonly quick?: boolean;
  readonly signal: AbortSignal;
}

/** A probe runs something and writes down what it saw, as plain data. It never judges. */
export interface Probe<Data = unknown> {
  readonly id: string;
  readonly title: string;
  /** `alone`: it measures time, so nothing else runs meanwhile. */
  readonly runs: "alone" | "beside-others";
  /** It mostly waits, for a grace period or a health interval: begun first, so that others work meanwhile. */
  readonly waits?: boolean;
  /** It also runs when the image did not build, for what the build alone shows. */
  readonly withoutImage?: boolean;
  /** Raise it when the meaning of the data changes; old evidence is then collected again. */
  readonly version: number;
  collect(context: ProbeContext): Promise<Data>;
}
