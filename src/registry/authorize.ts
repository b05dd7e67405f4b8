import * as z from "zod";
import type { ClientOptions } from "./client.ts";
import type { Login } from "./credentials.ts";
import { isLoopback } from "./endpoints.ts";
import { timeLimit } from "../kit/time-limit.ts";

/** One `WWW-Authenticate` challenge. */
interface Challenge {
  readonly scheme: "basic" | "bearer";
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads the challenge; undefined when it is neither Basic nor Bearer. */
function parseChallenge(header: string | null): Challenge | undefined {
  const [, scheme, rest = ""] = /^\s*(basic|bearer)\b\s*(.*)$/is.exec(header ?? "") ?? [];
  if (scheme === undefined) return undefined;
  const parameters: Record<string, string> = {};
  for (const [, name = "", quoted, plain] of rest.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g))
    parameters[name.toLowerCase()] = quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? "";
  return { scheme: scheme.toLowerCase() === "basic" ? "basic" : "bearer", parameters };
}

export interface Authorizer {
  /** What to send with the next request. */
  header(): Record<string, string>;
  /** Does what the challenge asks; false when it cannot. */
  answer(challenge: string | null): Promise<boolean>;
}

const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

export function authorizer(options: ClientOptions): Authorizer {
  let authorization: string | undefined;
  return {
    header: (): Record<string, string> => (authorization === undefined ? {} : { authorization }),
    answer: async (header) => {
      const challenge = parseChallenge(header);
      if (challenge === undefined) return false;
      const next = challenge.scheme === "basic" ? basic(options.login) : await bearer(challenge, options);
      const changed = next !== undefined && next !== authorization;
      authorization = next;
      return changed;
    },
  };
}

function basic(login: Login | undefined): string | undefined {
  if (login?.kind !== "password") return undefined;
  return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
}

/** Trades the login (or nothing) for a token at the place that the registry names. */
async function bearer({ parameters }: Challenge, options: ClientOptions): Promise<string | undefined> {
  const { endpoint, signal } = options;
  const realm = realmOf(parameters["realm"] ?? "", endpoint.origin);
  if (realm === undefined) return undefined;
  const question = new URLSearchParams({ scope: parameters["scope"] ?? `repository:${endpoint.repository}:pull` });
  if (parameters["service"] !== undefined) question.set("service", parameters["service"]);
  try {
    const response = await askForToken(realm, question, options);
    if (!response.ok) return undefined;
    const { token, access_token: access } = tokenAnswer.parse(await response.json());
    return token === undefined && access === undefined ? undefined : `Bearer ${token ?? access}`;
  } catch {
    signal.throwIfAborted();
    return undefined; // The 401 that led here stands, and is told.
  }
}

/** A login is never sent in the clear, even when a registry asks for it, except to a place that is configured so. */
function realmOf(text: string, origin: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const realm = new URL(text);
  return realm.protocol === "https:" || isLoopback(realm.host) || realm.origin === origin ? realm : undefined;
}

async function askForToken(realm: URL, question: URLSearchParams, options: ClientOptions): Promise<Response> {
  const { fetch, login, timeoutMs } = options;
  const signal = AbortSignal.any([options.signal, timeLimit(timeoutMs)]);
  return login?.kind === "identity-token"
    ? await fetch(realm, { method: "POST", body: refresh(question, login.token), signal })
    : await fetch(withQuestion(realm, question), { headers: headersFor(login), signal });
}

function headersFor(login: Login | undefined): Record<string, string> {
  const authorization = basic(login);
  return authorization === undefined ? {} : { authorization };
}

function withQuestion(realm: URL, question: URLSearchParams): URL {
  const url = new URL(realm);
  for (const [name, value] of question) url.searchParams.set(name, value);
  return url;
}

function refresh(question: URLSearchParams, token: string): URLSearchParams {
  return new URLSearchParams([
    ...question,
    ["grant_type", "refresh_token"],
    ["refresh_token", token],
    ["client_id", "seaworthy"],
  ]);
}
