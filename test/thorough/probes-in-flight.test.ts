import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { heldBetween } from "../../src/probes/support/in-flight.ts";

/** A service that asks what can be held, and answers with 504 once its patience is over. */
async function service({ patienceMs, asks }: { readonly patienceMs: number; readonly asks: boolean }) {
  let isShut = false;
  const waiting = new Set<() => void>();
  const server = createServer((_, response) => {
    const answer = (status: number) => () => {
      if (!response.writableEnded) response.writeHead(status).end();
    };
    if (isShut && asks) {
      waiting.add(answer(200));
      setTimeout(answer(504), patienceMs).unref();
    } else answer(200)();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/items`),
    held: {
      holdMs: 100,
      shut: () => Promise.resolve(void (isShut = true)),
      open: () => {
        isShut = false;
        for (const one of waiting) one();
        waiting.clear();
        return Promise.resolve();
      },
    },
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

it("holds a request until what it waits for is let go", async () => {
  await using asks = await service({ patienceMs: 600_000, asks: true });
  await using request = await heldBetween(asks.url, "/items", asks.held);
  expect(await request?.isHeld()).toBe(true);
  expect(await request?.finish(5000)).toMatchObject({ status: 200, complete: true });
  expect(await request?.isHeld()).toBe(false);
  expect(request).toMatchObject({ expected: 200, request: "GET /items, held on its way to a sidecar" });
});

it("expects what a service answers that loses its patience, and its usual answer as well", async () => {
  // As long as the proof that it is in flight may take on a busy machine.
  await using asks = await service({ patienceMs: 1300, asks: true });
  const held = { ...asks.held, holdMs: 2000 };
  await using late = await heldBetween(asks.url, "/items", held);
  expect(late?.expected).toBe(504);
  expect(await late?.finish(5000)).toMatchObject({ status: 200 });
  expect(late?.expected).toBe(200);
});

it("holds none that waits for nothing that is held", async () => {
  await using asks = await service({ patienceMs: 0, asks: false });
  expect(await heldBetween(asks.url, "/items", asks.held)).toBeUndefined();
});
