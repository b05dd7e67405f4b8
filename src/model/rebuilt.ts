/** What a second build of the same input, without any cached layer, gave again and what it did not. */
export interface Rebuilt {
  /** Why there is nothing to compare. */
  readonly problem?: string;
  /** The earlier run that built twice, when the same input was not built again. */
  readonly measuredIn?: string;
  /** Layers of the image. */
  readonly layers: number;
  /** Layers of the second one. */
  readonly again: number;
  /** How many of them have the same digest. */
  readonly equal: number;
  /** Names of the parts of the configuration that differ. */
  readonly configuration: readonly string[];
  /** Packages of the operating system that the second build got in another version. */
  readonly moved: readonly string[];
  readonly differing: readonly LayerDifference[];
}

export interface LayerDifference {
  /** From 1. */
  readonly layer: number;
  /** What made it, as the image's history says. */
  readonly step: string;
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly kind: DifferenceKind;
  readonly files: number;
  /** A few of the paths, each with whose it is where a package says so. */
  readonly examples: readonly string[];
  /** What was seen to differ in the content of one of them, in words. */
  readonly why?: string;
}

/**
 * `times`: the file's own; `bytecode-times`: those in the header of bytecode; `records`: what an installer writes about
 * itself, with times and in its own order; `bytecode`: compiled otherwise from the same source; `logs`: logs, caches and
 * databases of package managers; `moved`: files of a package that moved; `archive`: the form of the layer's archive.
 * The others are what an image is made of: `content`, `rights` (mode and owner), `only-once` (in one of the two).
 */
export type DifferenceKind =
  | "times"
  | "bytecode-times"
  | "records"
  | "bytecode"
  | "logs"
  | "moved"
  | "archive"
  | "content"
  | "rights"
  | "only-once";
