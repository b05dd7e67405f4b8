import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { Fetch } from "./client.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * `fetch` that honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY, which Node 20's own does not. Without a proxy for the
 * address it is Node's. Certificates are checked by Node, which reads NODE_EXTRA_CA_CERTS at its start.
 */
export function fetchWithProxy(env: Env, direct: Fetch = fetch): Fetch {
  return async (address, init = {}) => {
    const url = new URL(address);
    const proxy = proxyFor(url, env);
    return proxy === undefined ? await direct(url, init) : await fetchThrough(proxy, url, init);
  };
}

/** The proxy that the environment names for an address, or undefined. */
export function proxyFor(url: URL, env: Env): URL | undefined {
  const read = (name: string) => env[name.toLowerCase()] ?? env[name];
  const value = (url.protocol === "https:" ? read("HTTPS_PROXY") : read("HTTP_PROXY")) ?? read("ALL_PROXY");
  if (value === undefined || value === "") return undefined;
  const proxy = URL.canParse(value) && value.includes("://") ? new URL(value) : new URL(`http://${value}`);
  const host = url.hostname.toLowerCase();
  const excepted = (read("NO_PROXY") ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => matches(entry, host, url.port));
  return excepted || !proxy.protocol.startsWith("http") ? undefined : proxy;
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  const [, name = entry, wantedPort] = /^(.+?)(?::(\d+))?$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const bare = name.replace(/^\*?\./, "");
  return host === bare || host.endsWith(`.${bare}`);
}

async function fetchThrough(proxy: URL, url: URL, init: RequestInit): Promise<Response> {
  const signal = init.signal ?? undefined;
  const headers = Object.fromEntries(new Headers(init.headers));
  const body = init.body instanceof URLSearchParams ? init.body.toString() : undefined;
  if (body !== undefined) headers["content-type"] = "application/x-www-form-urlencoded";
  const method = init.method ?? "GET";
  const common = { method, headers: { ...headers, host: url.host }, ...(signal === undefined ? {} : { signal }) };
  if (url.protocol === "https:") {
    const socket = await tunnel(proxy, url, signal);
    const secure = connectTls({ socket, servername: url.hostname });
    const path = `${url.pathname}${url.search}`;
    return await answerTo(httpsRequest({ ...common, host: url.hostname, path, createConnection: () => secure }), body);
  }
  const port = proxy.port || 80;
  const through = { ...common, headers: { ...common.headers, ...proxyLogin(proxy) } };
  return await answerTo(httpRequest({ ...through, host: proxy.hostname, port, path: url.href }), body);
}

/** A connection to the target through the proxy's CONNECT. */
function tunnel(proxy: URL, url: URL, signal: AbortSignal | undefined): Promise<Socket> {
  const target = `${url.hostname}:${url.port || 443}`;
  const open = proxy.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = open({
      host: proxy.hostname,
      port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
      method: "CONNECT",
      path: target,
      headers: { host: target, ...proxyLogin(proxy) },
      ...(signal === undefined ? {} : { signal }),
    });
    request.once("connect", (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(
        new Error("The proxy refused", { cause: Object.assign(new Error(), { code: `proxy ${response.statusCode}` }) }),
      );
    });
    request.once("error", reject);
    request.end();
  });
}

function proxyLogin({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` };
}

function answerTo(request: ReturnType<typeof httpRequest>, body: string | undefined): Promise<Response> {
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (message: IncomingMessage) => {
      const status = message.statusCode ?? 502;
      const empty = status === 204 || status === 304 || request.method === "HEAD";
      if (empty) message.resume();
      const headers = new Headers();
      for (const [name, value] of Object.entries(message.headersDistinct)) headers.set(name, (value ?? []).join(", "));
      resolve(
        new Response(empty ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>), { status, headers }),
      );
    });
    request.end(body);
  });
}
