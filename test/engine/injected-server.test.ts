import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { Verdict } from "../../src/model/types.ts";
import { BASE, connect } from "./engine-fixture.ts";
import { drainVerdict } from "./support/drained.ts";
import { SERVER_PACKAGES, SERVERS } from "./support/servers.ts";

/**
 * The slow route that is added from outside where a server takes its requests: none of these applications is of a
 * framework, and none reads a body. All images have the same packages, so these are installed once.
 */

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

function verdictOn(name: keyof typeof SERVERS, onStop?: string): Promise<Verdict> {
  const { app, waits } = SERVERS[name];
  return drainVerdict(engine, { app: app(onStop ?? waits), packages: SERVER_PACKAGES });
}

describe.concurrent("a request held in a server of no framework", () => {
  const message = expect.stringContaining("GET /__seaworthy/slow") as string;

  it.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])(
    "is answered by %s when it waits for it, and dropped when that ends at once",
    async (name) => {
      const [healthy, planted] = await Promise.all([verdictOn(name), verdictOn(name, "os._exit(0)")]);
      expect(healthy).toMatchObject({ status: "pass", message });
      expect(planted).toMatchObject({ status: "fail", message });
    },
  );
});
