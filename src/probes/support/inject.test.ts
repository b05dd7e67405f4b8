import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Image } from "../../model/types.ts";
import { injected } from "./inject.ts";

const image = { config: { env: ["PYTHONPATH=/app/src"] } } as unknown as Image;

it("lays out the folder of a file once, whoever asks for it meanwhile", async () => {
  const directory = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
  try {
    const one = { directory, name: "slow-route", script: "pass" };
    const seen = new Set<string>();
    const ask = async () => {
      const { env, mounts } = await injected(image, one, {});
      for (const name of await readdir(join(directory, "slow-route"))) seen.add(name);
      return [env, mounts];
    };
    const [first, ...others] = await Promise.all(Array.from({ length: 20 }, ask));
    expect([...seen].toSorted()).toEqual(["seen", "sitecustomize.py"]);
    expect(first?.[0]).toEqual({ PYTHONPATH: "/__seaworthy_inject:/app/src" });
    for (const other of others) expect(other).toEqual(first);
  } finally {
    await rm(directory, { recursive: true });
  }
});
