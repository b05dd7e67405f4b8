import { afterAll, beforeAll, expect, it } from "vitest";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { Verdict } from "../../src/model/types.ts";
import { BASE, connect } from "./engine-fixture.ts";
import { drainVerdict } from "./support/drained.ts";
import { HTTP_SERVER_WAITS, httpServer } from "./support/servers.ts";

/** A slow route that the team names itself: `drain: { path }` in seaworthy.yaml. No route of it reads a body. */
const contract = { drain: { method: "GET", path: "/report" } };

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

const verdictOn = (onStop: string, report = "time.sleep(4)"): Promise<Verdict> =>
  drainVerdict(engine, { app: httpServer(onStop, `if self.path == "/report": ${report}`), contract });

it("is answered by a service that waits for it", async () => {
  expect(await verdictOn(HTTP_SERVER_WAITS)).toMatchObject({
    status: "pass",
    message: expect.stringContaining("GET /report, which seaworthy.yaml names as slow") as string,
  });
});

it("is dropped by a service that ends at once", async () =>
  expect(await verdictOn("os._exit(0)")).toMatchObject({ status: "fail" }));

it("proves nothing when it is not slow", async () =>
  expect(verdictOn(HTTP_SERVER_WAITS, "pass")).rejects.toMatchObject({ code: "probe/slow-route-quick" }));
