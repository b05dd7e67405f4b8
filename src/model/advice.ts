/** What the proof of the reworked image says about how to run it: advice, each part with what it rests on. */
export interface Advice {
  readonly writable?: WritableAdvice;
  readonly resources?: ResourceAdvice;
}

export interface WritableAdvice {
  /** The fewest folders with which it works on a strictly read-only root; undefined when no such set was found. */
  readonly needed: readonly string[] | undefined;
  readonly basis: string;
  readonly folders: readonly WrittenPlace[];
}

/** A folder in which the image was seen to write where it may. */
export interface WrittenPlace {
  readonly path: string;
  readonly needed: boolean;
  /** The contract names it. */
  readonly declared: boolean;
  readonly when: "start" | "use" | "unknown";
  /** Code that wrote there; empty where only the engine's difference shows it. */
  readonly by: readonly string[];
  readonly example: string;
}

export interface ResourceAdvice {
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
  /** The smallest task of Fargate that has both. */
  readonly fargate: { readonly cpus: number; readonly memoryMiB: number } | undefined;
  readonly basis: readonly string[];
}
