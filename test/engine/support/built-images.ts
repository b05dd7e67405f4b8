import { afterAll, beforeAll } from "vitest";
import type { ConnectedEngine } from "../../../src/engine/engine.ts";
import type { Image } from "../../../src/model/types.ts";
import { buildFolder, connect } from "../engine-fixture.ts";

/** Images that the tests of a file build from a few texts, on one engine; all are removed when the last has run. */
export function builtImages() {
  let engine: ConnectedEngine | undefined;
  const tags: string[] = [];
  const connected = (): ConnectedEngine => {
    if (engine === undefined) throw new Error("no test runs yet");
    return engine;
  };
  beforeAll(async () => {
    engine = await connect();
  });
  afterAll(async () => {
    for (const tag of tags) await connected().removeImage(tag);
    await connected()[Symbol.asyncDispose]();
  });
  return {
    engine: connected,
    /** A tag of another's, to be removed as well. */
    remove: (tag: string): void => void tags.push(tag),
    async build(files: Readonly<Record<string, string>>): Promise<Image> {
      await using folder = await buildFolder(files);
      const request = folder.request();
      tags.push(request.tag);
      return (await connected().build(request)).image;
    },
  };
}
