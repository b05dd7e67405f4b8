import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { ask, openAfterMs } from "../../src/probes/support/http.ts";

/** What is taken for a stream is not asked again, so an answer that is only late must not be. */

it.each([
  ["a second on a quiet machine", 5000, 1, 1000],
  ["longer on a busy one", 20_000, 4, 4000],
  ["less than the whole request may take", 4000, 4, 3000],
  ["never less than on a quiet one", 500, 4, 1000],
])("is %s", (_, timeoutMs, busy, expected) => {
  expect(openAfterMs({ timeoutMs }, busy)).toBe(expected);
});

it("tells an answer that ends late from one that goes on", async () => {
  const server = createServer((request, response) => {
    response.write("first ");
    setTimeout(() => (request.url === "/late" ? response.end("last") : response.write("more")), 300);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = (path: string) => new URL(path, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const options = { timeoutMs: 10_000, signal: new AbortController().signal };
  try {
    expect(await ask(url("/late"), options)).toMatchObject({ open: false, body: Buffer.from("first last") });
    expect(await ask(url("/stream"), options)).toMatchObject({ open: true, status: 200 });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
