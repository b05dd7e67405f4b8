import { expect, it } from "vitest";
import type { ConnectedEngine } from "../engine/engine.ts";
import { imagesOf } from "./engine-of.ts";

/** Counts what it is asked to remove. */
function engineThat(removes: () => Promise<readonly string[]>) {
  const asked: unknown[] = [];
  const removeAllOf: ConnectedEngine["removeAllOf"] = (...given) => {
    asked.push(given);
    return removes();
  };
  return { asked, engine: { removeAllOf } as ConnectedEngine };
}

it("removes the images of a run once, begun early or at the end", async () => {
  for (const early of [true, false]) {
    const { asked, engine } = engineThat(async () => []);
    {
      await using images = imagesOf(engine, "run");
      if (early) images.release();
      expect(asked).toHaveLength(early ? 1 : 0);
    }
    expect(asked).toEqual([["run", { images: true }]]);
  }
});

it("is waited for at the end, and hides no error by one of its own", async () => {
  let ended = false;
  const { engine } = engineThat(async () => {
    await new Promise((resolve) => void setImmediate(resolve));
    ended = true;
    throw new Error("The engine is gone");
  });
  {
    await using images = imagesOf(engine, "run");
    images.release();
    expect(ended).toBe(false);
  }
  expect(ended).toBe(true);
});
