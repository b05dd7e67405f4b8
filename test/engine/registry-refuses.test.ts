import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import { BASE, buildFolder, connect } from "./engine-fixture.ts";

/** Registries that say no to the engine, on this machine's loopback, which an engine on another machine does not see. */

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
});
afterAll(() => engine[Symbol.asyncDispose]());

/** A registry that answers everything with this status; returns the name of an image of it. */
async function registry(status: number): Promise<AsyncDisposable & { readonly image: string }> {
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/token") !== true) response.statusCode = status;
    const realm = `http://${request.headers.host}/token`;
    if (status === 401) response.setHeader("www-authenticate", `Bearer realm="${realm}",service="test"`);
    response.end(request.url?.startsWith("/token") === true ? '{"token":"none"}' : '{"errors":[]}');
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    image: `127.0.0.1:${(server.address() as AddressInfo).port}/team/base:1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe.each([
  [401, "engine/base-not-found", /answers 401 Unauthorized/, /docker login/],
  [403, "engine/base-not-found", /answers 403 Forbidden/, /docker login/],
  [404, "engine/base-not-found", /There is no image/, /Check its name and tag/],
  [429, "engine/registry-refused", /answers 429 Too Many Requests/, /Wait as long as it limits.*mirror/],
  [500, "engine/registry-refused", /answers 500 Internal Server Error/, /again later/],
] as const)("a registry that answers %i", (status, code, message, hint) => {
  const refusal = {
    code,
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  };

  it("is named when the base of a build comes from it", async () => {
    await using refusing = await registry(status);
    await using files = await buildFolder({ Dockerfile: `FROM ${refusing.image}\n` });
    await expect(engine.build(files.request())).rejects.toMatchObject(refusal);
  });

  it("is named when an image is pulled from it", async () => {
    await using refusing = await registry(status);
    await expect(engine.ensure(refusing.image)).rejects.toMatchObject(refusal);
  });
});

it("tells a full disk from a fault of the Dockerfile", async () => {
  await using files = await buildFolder({
    Dockerfile: `FROM ${BASE}\nRUN --mount=type=tmpfs,target=/full,size=65536 head -c 1000000 /dev/zero > /full/file\n`,
  });
  await expect(engine.build(files.request())).rejects.toMatchObject({
    code: "engine/build-failed",
    hint: expect.stringMatching(/The engine's disk is full: `docker system df`/) as string,
  });
});
