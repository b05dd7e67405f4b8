import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { authorizer } from "./authorize.ts";
import type { Login } from "./credentials.ts";
import type { Endpoint } from "./endpoints.ts";
import { timeLimit } from "../kit/time-limit.ts";

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** A registry did not give what was asked. The message is complete: it names the host and what it said. */
export class RegistryProblem extends Error {
  override readonly name = "RegistryProblem";
  /** What it answered, when it answered. */
  readonly status: number | undefined;

  constructor(message: string, options: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.status = options.status;
  }
}

export interface ClientOptions {
  readonly endpoint: Endpoint;
  readonly fetch: Fetch;
  readonly login: Login | undefined;
  readonly signal: AbortSignal;
  /** For one request. */
  readonly timeoutMs: number;
}

interface Answer {
  readonly body: Buffer;
  readonly mediaType: string;
  /** What the registry says the digest is; trust it only after `digestOf(body)`. */
  readonly digest: string | undefined;
}

/** Reads from one repository of one registry. */
export interface RegistryClient {
  /** `path` below the repository: `manifests/3.13-slim`. */
  head(path: string, accept: readonly string[]): Promise<Omit<Answer, "body">>;
  get(path: string, accept: readonly string[]): Promise<Answer>;
  /** The bytes as they come, of any length: for layers. */
  stream(path: string): Promise<ReadableStream<Uint8Array>>;
  remove(path: string): Promise<void>;
}

const TRIES = 3;
/** A registry that wants a longer pause than this is given up: a build should not stand still for it. */
const LONGEST_PAUSE_MS = 5000;
const LARGEST_BODY = 8_000_000;

export const digestOf = (body: Uint8Array): string => `sha256:${createHash("sha256").update(body).digest("hex")}`;

export function registryClient(options: ClientOptions): RegistryClient {
  const { endpoint } = options;
  const authorize = authorizer(options);
  const ask = async (method: "GET" | "HEAD" | "DELETE", path: string, accept: readonly string[]): Promise<Response> => {
    const url = new URL(`${endpoint.origin}/v2/${endpoint.repository}/${path}`);
    const once = async () =>
      await follow(url, { method, headers: { accept: accept.join(", "), ...authorize.header() } }, options);
    let response = await patiently(once, options);
    // One round of proving who we are; a second 401 is the answer.
    if (response.status === 401 && (await authorize.answer(response.headers.get("www-authenticate"))))
      response = await patiently(once, options);
    const { status } = response;
    if (!response.ok) throw new RegistryProblem(`${endpoint.host}: ${meaning(response, options)}`, { status });
    return response;
  };
  return {
    head: async (path, accept) => facts(await ask("HEAD", path, accept)),
    get: async (path, accept) => {
      const response = await ask("GET", path, accept);
      return { body: await bodyOf(response, options), ...facts(response) };
    },
    stream: async (path) => {
      const { body } = await ask("GET", path, ["*/*"]);
      if (body === null) throw new RegistryProblem(`${endpoint.host}: an answer without a body`);
      return body;
    },
    remove: async (path) => {
      await (await ask("DELETE", path, ["*/*"])).body?.cancel();
    },
  };
}

function facts({ headers }: Response): Omit<Answer, "body"> {
  return {
    mediaType: (headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "",
    digest: headers.get("docker-content-digest") ?? undefined,
  };
}

/** Repeats a request that failed for a reason that passes: no connection, 429, 5xx. */
async function patiently(once: () => Promise<Response>, { endpoint, signal }: ClientOptions): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await once().catch((error: unknown) => problemOf(error, endpoint.host, signal));
    const passing = outcome instanceof RegistryProblem || outcome.status === 429 || outcome.status >= 500;
    const wait = outcome instanceof Response ? retryAfter(outcome) : undefined;
    const last = !passing || attempt === TRIES || (wait ?? 0) > LONGEST_PAUSE_MS;
    if (last && outcome instanceof RegistryProblem) throw outcome;
    if (last && outcome instanceof Response) return outcome;
    await pause(wait ?? 75 * 2 ** attempt, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Redirects go to storage that must not see the registry's token, so they are followed here and not by fetch. */
async function follow(
  url: URL,
  init: { method: string; headers: Record<string, string> },
  { fetch, signal, timeoutMs }: ClientOptions,
): Promise<Response> {
  let target = url;
  for (let hop = 0; hop < 5; hop += 1) {
    const { authorization: _secret, ...open } = init.headers;
    const response = await fetch(target, {
      method: init.method,
      headers: target.origin === url.origin ? init.headers : open,
      redirect: "manual",
      signal: AbortSignal.any([signal, timeLimit(timeoutMs)]),
    });
    const location = response.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    target = new URL(location, target);
    if (url.protocol === "https:" && target.protocol !== "https:")
      throw new RegistryProblem(`${url.host}: it redirects from https to ${target.protocol}//${target.host}`);
  }
  throw new RegistryProblem(`${url.host}: more than 5 redirects`);
}

/** A failure below HTTP as a problem; the caller's own stop is thrown on. */
function problemOf(error: unknown, host: string, signal: AbortSignal): RegistryProblem {
  signal.throwIfAborted();
  if (error instanceof RegistryProblem) return error;
  if (error instanceof Error && error.name === "TimeoutError") return new RegistryProblem(`${host}: no answer in time`);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return new RegistryProblem(`${host}: no connection${code === "" ? "" : ` (${code})`}`);
}

async function bodyOf(response: Response, { endpoint, signal }: ClientOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > LARGEST_BODY)
        throw new RegistryProblem(`${endpoint.host}: an answer of more than ${LARGEST_BODY} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw problemOf(error, endpoint.host, signal);
  }
  return Buffer.concat(chunks);
}

/** Seconds or a date, as milliseconds from now. */
function retryAfter(response: Response): number | undefined {
  const value = response.headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : undefined;
  const milliseconds =
    seconds === undefined ? Date.parse(value) - Date.parse(response.headers.get("date") ?? "") : seconds * 1000;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

/** What an answer that is no good means, and what to do about it. */
function meaning(response: Response, { endpoint: { host }, login }: ClientOptions): string {
  const wait = response.headers.get("retry-after");
  const asks = wait === null ? "" : `, asks to wait ${/^\d+$/.test(wait) ? `${wait} s` : `until ${wait}`}`;
  const words: Readonly<Record<number, string>> = {
    401:
      login === undefined
        ? `it wants a login: \`docker login ${host}\``
        : `it refuses the login: renew it by \`docker login ${host}\``,
    403: "no permission: log in as somebody who has it",
    404: "no such image, or no permission to see it: check the name and the tag",
    429: `too many requests${asks}: try again later, or log in, which often allows more`,
  };
  const fault = response.status >= 500 ? "a fault on its side: try again later" : "an answer that makes no sense here";
  return `${response.status}, ${words[response.status] ?? fault}`;
}
