import type { BuildRequest, BuildResult, ConnectedEngine } from "../engine/engine.ts";
import { crowd } from "../kit/machine.ts";
import type { Build } from "../model/types.ts";

/** The build, and what else the machine had to do when it began, where that was more than it has processors for. */
export async function timedBuild(
  engine: ConnectedEngine,
  request: BuildRequest,
): Promise<BuildResult & { readonly busy: Pick<Build, "crowd"> }> {
  const times = crowd();
  return { ...(await engine.build(request)), busy: times > 1 ? { crowd: times } : {} };
}
