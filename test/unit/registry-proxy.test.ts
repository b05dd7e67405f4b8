import { createServer } from "node:http";
import { expect, it } from "vitest";
import { fetchWithProxy, proxyFor } from "../../src/registry/proxy.ts";
import { close, listen, peer } from "./registry-peer.ts";

const at = (url: string, env: Record<string, string>) => proxyFor(new URL(url), env)?.href;

it("chooses the proxy as other programs do", () => {
  const env = {
    HTTPS_PROXY: "http://p.example:8080",
    http_proxy: "q.example:3128",
    NO_PROXY: "127.0.0.1,.corp.example,x.example:444",
  };
  expect(at("https://registry.example/", env)).toBe("http://p.example:8080/");
  expect(at("http://registry.example/", env)).toBe("http://q.example:3128/");
  expect(at("https://a.corp.example/", env)).toBeUndefined();
  expect(at("https://corp.example/", env)).toBeUndefined();
  expect(at("https://notcorp.example/", env)).toBe("http://p.example:8080/");
  expect(at("http://127.0.0.1:5000/", env)).toBeUndefined();
  expect(at("https://x.example:444/", env)).toBeUndefined();
  expect(at("https://x.example/", env)).toBe("http://p.example:8080/");
  expect(at("https://registry.example/", { ...env, NO_PROXY: "*" })).toBeUndefined();
  expect(at("https://registry.example/", {})).toBeUndefined();
  expect(at("https://registry.example/", { HTTPS_PROXY: "socks5://p.example" })).toBeUndefined();
});

it("sends plain requests through the proxy, with its login", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"]}`);
    response.writeHead(200, { "x-from": "proxy" }).end("body");
  });
  const host = await listen(server);
  const get = fetchWithProxy({ HTTP_PROXY: `http://u:p%40@${host}` });
  const response = await get("http://registry.example/v2/?a=1");
  expect([response.status, response.headers.get("x-from"), await response.text()]).toEqual([200, "proxy", "body"]);
  expect(seen).toEqual([`GET http://registry.example/v2/?a=1 Basic ${Buffer.from("u:p@").toString("base64")}`]);
  await close(server);
});

it("tells when the proxy refuses the tunnel", async () => {
  const server = createServer();
  server.on("connect", (request, socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
  const host = await listen(server);
  await expect(fetchWithProxy({ HTTPS_PROXY: `http://${host}` })("https://registry.example/v2/")).rejects.toThrow(
    "The proxy refused",
  );
  await close(server);
});

it("goes straight where no proxy is wanted", async () => {
  await using registry = await peer();
  const response = await fetchWithProxy({ HTTP_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" })(
    `http://${registry.host}/v2/library/python/manifests/3`,
  );
  expect(response.status).toBe(200);
  await response.body?.cancel();
});
