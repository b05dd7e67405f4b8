import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, it } from "vitest";
import type { Pin } from "../../src/model/types.ts";
import { type Login, anonymous } from "../../src/registry/credentials.ts";
import { type PinOptions, resolvePins } from "../../src/registry/pins.ts";
import { type Peer, peer } from "./registry-peer.ts";

const NOW = "2026-11-21T09:30:00.000Z";

async function pinOf(from: Peer, image = "python:3", changes: Partial<PinOptions> = {}): Promise<Pin> {
  const [pin] = await resolvePins([image.replace(/^(?=python)/, `${from.host}/library/`)], options(changes));
  if (pin === undefined) throw new Error("no pin");
  return pin;
}

function options(changes: Partial<PinOptions> = {}): PinOptions {
  return {
    platform: "linux/amd64",
    env: {},
    fetch,
    mirrors: {},
    credentials: anonymous,
    lock: [],
    offline: false,
    signal: new AbortController().signal,
    now: () => new Date(NOW),
    ...changes,
  };
}

const always =
  (status: number, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse): boolean => {
    response.writeHead(status, headers).end();
    return true;
  };

it("pins the index, after it found the platform in it", async () => {
  await using registry = await peer();
  expect(await pinOf(registry)).toEqual({
    image: `${registry.host}/library/python:3`,
    digest: registry.digest,
    mediaType: "application/vnd.oci.image.index.v1+json",
    platform: "linux/amd64",
    resolvedAt: NOW,
    from: registry.host,
  });
  expect(registry.requests[0]).toBe("HEAD /v2/library/python/manifests/3");
});

it("pins a single image by its manifest, and only for its own platform", async () => {
  await using registry = await peer();
  expect((await pinOf(registry, "python:single")).digest).toBe(registry.manifestDigest);
  const wrong = await pinOf(registry, "python:single", { platform: "linux/arm64" });
  expect(wrong).toMatchObject({ digest: undefined, problem: expect.stringContaining("for linux/amd64 only") });
});

it("does not pin an index without the platform", async () => {
  await using registry = await peer();
  const pin = await pinOf(registry, "python:3", { platform: "linux/arm64/v8" });
  expect(pin.digest).toBeUndefined();
  expect(pin.problem).toContain("nothing for linux/arm64 in the index, only linux/amd64");
});

it("names a stand-in by the image's own label", async () => {
  await using registry = await peer({ "seaworthy.stand-in": "Debian's Python in place of python:3" });
  expect((await pinOf(registry)).standIn).toBe("Debian's Python in place of python:3");
});

it("asks the mirror first and the registry when the mirror has nothing", async () => {
  await using registry = await peer();
  await using mirror = await peer();
  const mirrors = { [registry.host]: `http://${mirror.host}` };
  expect((await pinOf(registry, "python:3", { mirrors })).from).toBe(mirror.host);
  mirror.fault = always(404);
  expect((await pinOf(registry, "python:3", { mirrors })).from).toBe(registry.host);
});

it("goes through the proxy that the environment names", async () => {
  await using proxy = await peer();
  proxy.fault = (request) => {
    request.url = new URL(request.url ?? "").pathname; // A proxy is asked for whole addresses.
    return false;
  };
  const mirrors = { "docker.io": "http://registry.example" };
  const [pin] = await resolvePins(["python:3"], options({ mirrors, env: { HTTP_PROXY: `http://${proxy.host}` } }));
  expect(pin).toMatchObject({ digest: proxy.digest, from: "registry.example" });
  expect(proxy.requests[0]).toBe("HEAD http://registry.example/v2/library/python/manifests/3");
});

it.each([
  [401, {}, "it wants a login: `docker login 127.0.0.1"],
  [403, {}, "no permission: log in"],
  [404, {}, "no such image, or no permission to see it: check the name"],
  [429, { "retry-after": "0" }, "too many requests, asks to wait 0 s: try again later"],
  [429, { "retry-after": "3600" }, "too many requests, asks to wait 3600 s: try again later"],
  [500, { "retry-after": "0" }, "a fault on its side: try again later"],
  [503, { "retry-after": "0" }, "a fault on its side: try again later"],
])("a registry that says %i %j gives no digest, and it is said what to do", async (status, headers, why) => {
  await using registry = await peer();
  registry.fault = always(status, headers);
  const pin = await pinOf(registry);
  expect(pin).toMatchObject({ digest: undefined, resolvedAt: undefined });
  expect(pin.problem).toMatch(/^unpinned: no registry answered \(/);
  expect(pin.problem).toContain(`${status}, ${why}`);
  expect(registry.requests).toHaveLength(headers["retry-after" as keyof typeof headers] === "0" ? 3 : 1);
});

it("waits out a 429 that passes", async () => {
  await using registry = await peer();
  let first = true;
  registry.fault = (request, response) => {
    const refuse = first;
    first = false;
    return refuse && always(429, { "retry-after": "0" })(request, response);
  };
  expect((await pinOf(registry)).digest).toBe(registry.digest);
});

it("waits as long as a 429 asks, where that is not long", async () => {
  await using registry = await peer();
  const asked: number[] = [];
  registry.fault = (request, response) =>
    asked.push(performance.now()) === 1 && always(429, { "retry-after": "1" })(request, response);
  expect((await pinOf(registry)).digest).toBe(registry.digest);
  expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(990);
});

it("believes no body that does not have the promised digest", async () => {
  await using registry = await peer();
  const lie = `sha256:${"0".repeat(64)}`;
  registry.fault = (request, response) => {
    response.writeHead(200, {
      "content-type": "application/vnd.oci.image.index.v1+json",
      "docker-content-digest": lie,
    });
    response.end(request.method === "HEAD" ? undefined : "{}");
    return true;
  };
  const pin = await pinOf(registry);
  expect(pin.digest).toBeUndefined();
  expect(pin.problem).toContain(`the body of ${lie} has the digest`);
});

it("still pins when only the config cannot be read, and says so", async () => {
  await using registry = await peer();
  registry.fault = (request, response) => (request.url ?? "").includes("/blobs/") && always(403)(request, response);
  expect(await pinOf(registry)).toMatchObject({
    digest: registry.digest,
    problem: expect.stringContaining("stand-in"),
  });
});

it("gives up on a slow answer, and on nobody there", async () => {
  await using registry = await peer();
  registry.fault = () => true; // It never answers.
  expect((await pinOf(registry, "python:3", { timeoutMs: 20 })).problem).toContain("no answer in time");
  await registry[Symbol.asyncDispose]();
  expect((await pinOf(registry)).problem).toContain("no connection (ECONNREFUSED)");
});

it("stops when it is told to", async () => {
  await using registry = await peer();
  const stop = new AbortController();
  registry.fault = () => {
    stop.abort(new Error("Ctrl-C"));
    return true;
  };
  await expect(pinOf(registry, "python:3", { signal: stop.signal })).rejects.toThrow("Ctrl-C");
});

it("does not call an answer that is no manifest one", async () => {
  await using registry = await peer();
  registry.fault = (_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in</h1>");
    return true;
  };
  expect((await pinOf(registry)).problem).toContain("`text/html` is no image manifest");
});

function wantsToken(registry: Peer, accepts: string) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.url?.startsWith("/token")) {
      const allowed = accepts === "" || request.headers.authorization === accepts;
      response.writeHead(allowed ? 200 : 401, { "content-type": "application/json" }).end('{"token":"t-1"}');
      return true;
    }
    if (request.headers.authorization === "Bearer t-1") return false;
    const realm = `Bearer realm="http://${registry.host}/token",service="hub, the",scope="repository:library/python:pull"`;
    return always(401, { "www-authenticate": realm })(request, response);
  };
}

it("gets a token without a login", async () => {
  await using registry = await peer();
  registry.fault = wantsToken(registry, "");
  expect((await pinOf(registry)).digest).toBe(registry.digest);
  expect(registry.requests[1]).toBe("GET /token?scope=repository%3Alibrary%2Fpython%3Apull&service=hub%2C+the");
});

it("gets a token for a login, and says when the login is refused", async () => {
  await using registry = await peer();
  const login: Login = { kind: "password", username: "ann", password: "s3cret-pass" };
  const credentials = () => Promise.resolve({ login });
  registry.fault = wantsToken(registry, `Basic ${Buffer.from("ann:s3cret-pass").toString("base64")}`);
  expect((await pinOf(registry, "python:3", { credentials })).digest).toBe(registry.digest);
  registry.fault = wantsToken(registry, "Basic other");
  const refused = await pinOf(registry, "python:3", { credentials });
  expect(refused.problem).toContain("it refuses the login");
  expect(refused.problem).not.toContain("s3cret-pass");
});

it("logs in with Basic when the registry wants that", async () => {
  await using registry = await peer();
  const expected = `Basic ${Buffer.from("ann:pw").toString("base64")}`;
  registry.fault = (request, response) =>
    request.headers.authorization !== expected &&
    always(401, { "www-authenticate": 'Basic realm="x"' })(request, response);
  const login: Login = { kind: "password", username: "ann", password: "pw" };
  const credentials = () => Promise.resolve({ login });
  expect((await pinOf(registry, "python:3", { credentials })).digest).toBe(registry.digest);
});

it("sends no token to the storage that a blob is redirected to", async () => {
  await using registry = await peer();
  await using storage = await peer();
  const auth = wantsToken(registry, "");
  registry.fault = (request, response) => {
    if (auth(request, response)) return true;
    if (!request.url?.includes("/blobs/")) return false;
    return always(307, { location: `http://${storage.host}${request.url}` })(request, response);
  };
  expect((await pinOf(registry)).problem).toBeUndefined();
  expect(storage.requests).toEqual([`GET /v2/library/python/blobs/${registry.configDigest}`]);
});

it("sends a login to no realm without TLS", async () => {
  await using registry = await peer();
  registry.fault = always(401, { "www-authenticate": 'Bearer realm="http://token.example/x"' });
  const asked: string[] = [];
  const spy: typeof fetch = async (url, init) => {
    asked.push(new URL(url instanceof Request ? url.url : url).host);
    return await fetch(url, init);
  };
  expect((await pinOf(registry, "python:3", { fetch: spy })).digest).toBeUndefined();
  expect(asked).toEqual([registry.host]);
});

const locked: Pin = {
  image: "python:3",
  digest: `sha256:${"b".repeat(64)}`,
  platform: "linux/amd64",
  resolvedAt: "2026-11-01T00:00:00.000Z",
  from: "registry-1.docker.io",
};
const nobody: typeof fetch = () => Promise.reject(new TypeError("fetch failed"));

it("reads the lock when offline, and invents nothing", async () => {
  const offline = { offline: true, fetch: nobody, lock: [locked] };
  expect(await resolvePins(["python:3"], options(offline))).toEqual([{ ...locked, from: "seaworthy.lock" }]);
  const [other, foreign] = [
    await resolvePins(["python:4"], options(offline)),
    await resolvePins(["python:3"], options({ ...offline, platform: "linux/arm64" })),
  ];
  for (const [pin] of [other, foreign])
    expect(pin).toMatchObject({ digest: undefined, problem: "unpinned: no registry (offline)" });
});

it("keeps the lock's digest when no registry answers, and says so", async () => {
  const [pin] = await resolvePins(["python:3"], options({ fetch: nobody, lock: [locked] }));
  expect(pin).toMatchObject({
    digest: locked.digest,
    from: "seaworthy.lock",
    problem: expect.stringContaining("not renewed"),
  });
});

it("asks nobody for what the lock has, when told so", async () => {
  await using registry = await peer();
  const image = `${registry.host}/library/python:3`;
  expect((await pinOf(registry, image, { preferLock: true, lock: [{ ...locked, image }] })).digest).toBe(locked.digest);
  expect(registry.requests).toEqual([]);
});

it("keeps a digest that the name carries, unchecked when nobody answers", async () => {
  const image = `python:3@sha256:${"c".repeat(64)}`;
  const [pin] = await resolvePins([image], options({ fetch: nobody }));
  expect(pin).toMatchObject({ digest: `sha256:${"c".repeat(64)}`, problem: expect.stringContaining("not checked") });
});

it("pins each name once and scratch never", async () => {
  const pins = await resolvePins(["scratch", "python:3", "python:3"], options({ offline: true, lock: [locked] }));
  expect(pins).toHaveLength(1);
});
