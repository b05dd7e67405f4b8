import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { Container } from "../../src/engine/engine.ts";
import { firstHealthy, whyUnhealthy } from "../../src/probes/support/health.ts";
import { halfBody } from "../../src/probes/support/in-flight.ts";
import { visit } from "../../src/probes/support/routes.ts";
import { spokenBy } from "../../src/probes/support/wire.ts";

const { signal } = new AbortController();

/** As Django and Starlette do with the hosts that they are told to let in. */
const lettingIn =
  (known: string, location?: string): RequestListener =>
  (request, response) => {
    const isKnown = request.headers.host?.split(":")[0] === known;
    const leads = request.url === "/health" && location !== undefined;
    const answered = leads ? 307 : 200;
    const status = isKnown ? answered : 400;
    const headers = status === 307 ? { location: `http://${request.headers.host}${location}` } : {};
    request.resume().on("end", () => response.writeHead(status, headers).end("ok"));
  };

async function containerOf(listener: RequestListener): Promise<Container> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    startedAt: performance.now(),
    url: (_: number, path: string) => new URL(path, `http://127.0.0.1:${port}`),
    processes: async () => [],
    exec: async () => ({ code: 127, stdout: "", stderr: "" }),
    exited: (stop: AbortSignal) =>
      new Promise((_, reject) => stop.addEventListener("abort", () => reject(new Error("called off")))),
  } as unknown as Container;
}

it("is asked by the name that it lets in, at its start and from then on", async () => {
  const container = await containerOf(lettingIn("localhost"));
  const health = await firstHealthy(container, exampleContract, { limitMs: 5000, signal });
  expect(health).toMatchObject({ healthy: true, answer: { status: 200, path: "/health" } });
  expect(spokenBy(container).wire).toMatchObject({ version: 1, tls: false, host: "localhost" });
  expect(await visit(container, exampleContract, ["/items"], signal)).toEqual([{ path: "/items", status: 200 }]);
  await using held = await halfBody(container, exampleContract, [{ method: "POST", path: "/items" }]);
  expect(held?.expected).toBe(200);
});

it("is followed where it leads under that name", async () => {
  const container = await containerOf(lettingIn("localhost", "/health/"));
  const health = await firstHealthy(container, exampleContract, { limitMs: 5000, signal });
  expect(health).toMatchObject({ healthy: true, answer: { status: 200, path: "/health/" } });
  expect(health).not.toHaveProperty("answer.elsewhere");
});

it("is told to take any host where it knows neither", async () => {
  const container = await containerOf(lettingIn("shop.example"));
  const health = await firstHealthy(container, exampleContract, { limitMs: 1000, signal });
  expect(health).toMatchObject({ healthy: false, unreached: { unproven: false } });
  expect(whyUnhealthy(health, [])).toContain("ALLOWED_HOSTS");
});
