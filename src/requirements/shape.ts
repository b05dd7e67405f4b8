import type { z } from "zod";

/** Where in the file a value stands: keys and indexes from the top. */
export type Path = ReadonlyArray<string | number>;
export type Complain = (path: Path, message: string) => void;

/** A value by a shape; undefined, after a complaint for each issue, when it does not fit. */
export function readShape<T>(shape: z.ZodType<T>, value: unknown, path: Path, complain: Complain): T | undefined {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const at = [...path, ...(issue.path as (string | number)[])];
    if (issue.code === "unrecognized_keys")
      for (const key of issue.keys) complain([...at, key], "is not a key that is known here");
    else complain(at, issue.message);
  }
  return undefined;
}
