import type { BuildSide, RenderedFile } from "../model/types.ts";
import { readStep, type Run } from "./run-directory.ts";

/** Steps whose outcome is read again after the run: by name, and by the version that gives it its meaning. */
export const RENDER = { name: "render", version: 4 } as const;
export const buildOf = (label: "before" | "after"): { readonly name: string; readonly version: number } => ({
  name: `${label}/build`,
  version: 4,
});

/** What a run rendered, whole: the report shows the same files without secrets. */
export const renderedFiles = (run: Run): Promise<readonly RenderedFile[] | undefined> =>
  readStep<readonly RenderedFile[]>(run, RENDER);

/** What a run built, with the images' whole configuration. */
export async function builtSides(run: Run): Promise<readonly BuildSide[]> {
  const sides = await Promise.all(
    (["before", "after"] as const).map((label) => readStep<BuildSide>(run, buildOf(label))),
  );
  return sides.filter((side) => side !== undefined);
}
