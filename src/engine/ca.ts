import type { ConnectedEngine, Engine } from "./engine.ts";

/** The name of an image like `image` that trusts the CA bundle in `caFile` too. */
export async function substituteBase(
  _engine: Engine | ConnectedEngine,
  _image: string,
  _caFile: string,
): Promise<string> {
  throw new Error("Not written yet");
}
