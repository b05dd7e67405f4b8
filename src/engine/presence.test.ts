import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { EngineHttp } from "./http.ts";
import { unlessLost } from "./presence.ts";

let folder: string;
let server: Server;
let http: EngineHttp;
let events: ServerResponse[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-presence-"));
  events = [];
  server = createServer((request, response) => {
    if (request.url?.startsWith("/events") === true) {
      events.push(response);
      response.flushHeaders();
    } else response.end("OK");
  });
  const socketPath = join(folder, "engine.sock");
  server.listen(socketPath);
  await once(server, "listening");
  const { signal } = new AbortController();
  http = new EngineHttp({ host: `unix://${socketPath}`, source: "test", address: { socketPath } }, signal);
});
afterEach(async () => {
  http.close();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

it("hands on what came of the work, while the engine stays", async () => {
  expect(await unlessLost(http, async () => 7)).toBe(7);
  const problem = new Error("the service is ill");
  await expect(unlessLost(http, () => Promise.reject(problem))).rejects.toBe(problem);
});

it("lets neither a result nor an error count when the engine went away and came back", async () => {
  const away = async () => events.at(-1)?.destroy();
  await expect(unlessLost(http, away)).rejects.toMatchObject({ code: "engine/lost" });
  const awayAndIll = async () => {
    await away();
    throw new Error("the service is ill");
  };
  await expect(unlessLost(http, awayAndIll)).rejects.toMatchObject({ code: "engine/lost" });
});
