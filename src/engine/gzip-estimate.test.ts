import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { GzipEstimate } from "./gzip-estimate.ts";

/** Parts that compress well and parts that do not, in turn, as layers have them. */
const whole = Buffer.concat(
  Array.from({ length: 60 }, (_, index) =>
    index % 2 === 0 ? randomBytes(7000) : Buffer.alloc(7000, `line ${index} `),
  ),
);

it.each([2000, 4096, 65_536, whole.length])(
  "comes near the whole from samples, in chunks of %d bytes",
  async (size) => {
    const estimate = new GzipEstimate(4000, 1000);
    for (let at = 0; at < whole.length; at += size) await estimate.take(whole.subarray(at, at + size));
    const ratio = (await estimate.bytes()) / gzipSync(whole).length;
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.3);
  },
);

it("is nothing of nothing", async () => {
  expect(await new GzipEstimate().bytes()).toBe(0);
});
