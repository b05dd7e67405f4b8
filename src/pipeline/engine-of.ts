import { connectEngine } from "../engine/connect.ts";
import type { ConnectedEngine, Engine } from "../engine/engine.ts";
import type { Session } from "./session.ts";

/** Connects to the engine: asked before anything slow is done, so that a dead address is told in the first second. */
export function connectedEngine({ world, options }: Session, runId: string): Promise<ConnectedEngine> {
  const host = options.engine === undefined ? {} : { host: options.engine };
  return connectEngine({ ...host, runId, signal: world.signal, env: world.env });
}

/**
 * Removes what killed runs of ours left on the engine.
 * @param keepTags Images of a run that is being taken up again.
 */
export async function sweepOf({ world }: Session, engine: Engine, keepTags: readonly string[] = []): Promise<void> {
  const swept = await engine.sweep({ keepTags });
  if (swept.length > 0) world.tell(`Removed what an earlier run left behind: ${swept.join(", ")}.`);
}

export interface OwnImages extends AsyncDisposable {
  /** Begins to remove them, once nothing of the run needs its engine any more. */
  readonly release: () => void;
}

/**
 * The images of a run that are not to be kept, as something to be removed on every way out. What cannot be removed now,
 * the next run sweeps; an error that brought us here must not be hidden by it.
 */
export function imagesOf(engine: ConnectedEngine, runId: string): OwnImages {
  let gone: Promise<unknown> | undefined;
  const remove = () => (gone ??= engine.removeAllOf(runId, { images: true }).catch(() => {}));
  return {
    release: () => void remove(),
    async [Symbol.asyncDispose]() {
      await remove();
    },
  };
}
