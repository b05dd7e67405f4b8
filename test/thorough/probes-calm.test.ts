import { availableParallelism } from "node:os";
import { expect, it } from "vitest";
import type { Container } from "../../src/engine/engine.ts";
import { calm } from "../../src/probes/support/calm.ts";
import { stopAtRest } from "../../src/probes/support/stop.ts";

const { signal } = new AbortController();
/** Of a machine with nothing else to do, and of one with far too much. */
const QUIET = 0;
const CROWDED = 3 * availableParallelism();
/** Time of processors that each look finds; the last one for ever. */
function working(...looks: readonly (number | undefined)[]) {
  let asked = 0;
  const usage = async () => {
    const cpuMs = looks[Math.min(asked++, looks.length - 1)];
    return cpuMs === undefined ? undefined : { cpuMs };
  };
  return { container: { usage } as unknown as Container, asked: () => asked };
}

it("waits while a service still starts, until it rests", async () => {
  const { container, asked } = working(1000, 9000, 18_000, 18_001);
  await calm(container, signal, QUIET);
  expect(asked()).toBe(4);
});

it("waits for one look where it rests already", async () => {
  const { container, asked } = working(1000, 1001);
  await calm(container, signal, QUIET);
  expect(asked()).toBe(2);
});

it("takes one look at rest on a crowded machine for a processor that others had", async () => {
  const { container, asked } = working(1000, 9000, 9001, 18_000, 18_001, 18_002);
  await calm(container, signal, CROWDED);
  expect(asked()).toBe(6);
}, 30_000);

it("waits no longer where it has ended, or nobody counts", async () => {
  const { container, asked } = working(undefined);
  await calm(container, signal, QUIET);
  expect(asked()).toBe(2);
});

it("waits not for ever for what never rests", async () => {
  let cpuMs = 0;
  const container = { usage: async () => ({ cpuMs: (cpuMs += 100_000) }) } as unknown as Container;
  await expect(calm(container, signal, QUIET)).resolves.toBeUndefined();
}, 30_000);

it("ends with the proof", async () => {
  const { container } = working(0, 9000);
  await expect(calm(container, AbortSignal.abort(new Error("called off")), QUIET)).rejects.toThrow("called off");
});

it("sends the signal when a service rests, and not before", async () => {
  const { container, asked } = working(1000, 9000, 18_000, 18_001);
  const sent: number[] = [];
  const stopped = {
    ...container,
    exited: async () => ({ code: 0, oomKilled: false, finishedAt: 0 }),
    signal: async () => void sent.push(asked()),
    sinceSignal: async () => undefined,
  } as unknown as Container;
  expect(await stopAtRest(stopped, "SIGTERM", 1000, signal)).toMatchObject({ signal: "SIGTERM", exit: { code: 0 } });
  // Once more where this machine has much to do.
  expect([[4], [5]]).toContainEqual(sent);
});
