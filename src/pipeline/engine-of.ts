import { connectEngine } from "../engine/connect.ts";
import type { ConnectedEngine } from "../engine/engine.ts";
import type { Session } from "./session.ts";

/**
 * Connects to the engine and removes what killed runs of ours left there.
 * @param keepTags Images of a run that is being taken up again.
 */
export async function engineOf(
  session: Session,
  runId: string,
  keepTags: readonly string[] = [],
): Promise<ConnectedEngine> {
  const { world, options } = session;
  const host = options.engine === undefined ? {} : { host: options.engine };
  const engine = await connectEngine({ ...host, runId, signal: world.signal, env: world.env });
  const swept = await engine.sweep({ keepTags });
  if (swept.length > 0) world.tell(`Removed what an earlier run left behind: ${swept.join(", ")}.`);
  return engine;
}

/**
 * The images of a run that are not to be kept, as something to be removed on every way out. What cannot be removed now,
 * the next run sweeps; an error that brought us here must not be hidden by it.
 */
export const imagesOf = (engine: ConnectedEngine, runId: string): AsyncDisposable => ({
  async [Symbol.asyncDispose]() {
    await engine.removeAllOf(runId, { images: true }).catch(() => {});
  },
});
