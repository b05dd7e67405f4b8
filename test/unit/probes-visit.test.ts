import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { Container } from "../../src/engine/engine.ts";
import { visit } from "../../src/probes/support/routes.ts";

/** What is seen of a route whose first answers do not come: the connection breaks so many times. */
async function seen(breaks: number): Promise<{ readonly status: number | undefined; readonly asked: number }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (asked > breaks) response.end("ok");
    else request.socket.resetAndDestroy();
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const container = { url: (_: number, path: string) => new URL(path, `http://127.0.0.1:${port}`) };
  const { signal } = new AbortController();
  const [one] = await visit(container as unknown as Container, exampleContract, ["/items"], signal);
  return { status: one?.status, asked };
}

it("asks again where a connection broke, which tells of the machine", async () =>
  expect(await seen(1)).toEqual({ status: 200, asked: 2 }));

it("has no answer where it breaks again", async () => expect(await seen(9)).toEqual({ status: 0, asked: 2 }));
