import type { Container } from "../../engine/engine.ts";
import type { Contract, Service } from "../../model/types.ts";
import { healthPath } from "./ask-health.ts";
import { askService } from "./ask-service.ts";
import type { Answer } from "./http.ts";
import { business } from "../../kit/machine.ts";

/** What one request to a route saw. Only the status is compared: bodies hold times and random numbers. */
export interface Visit {
  readonly path: string;
  /** 0 when no answer came in time. */
  readonly status: number;
  /** The answer had not ended after a second: a stream. */
  readonly open?: true;
}

/** A query may hold a secret. */
export const withoutQuery = (path: string): string => path.split("?")[0] ?? path;

const MOST_ROUTES = 20;
const ANSWER_MS = 5000;
/** A GET that by its name changes something or ends the service is not ours to call. */
const HANDS_OFF = /(shutdown|delete|remove|destroy|reset|restart|reload|logout|signout|quit|exit|kill)/i;
const HAS_PARAMETER = /[{<:*(]/;

/** Routes of the running service that can be asked without knowing anything: from its code, and from its OpenAPI page. */
export async function readableRoutes(
  container: Container,
  context: { readonly service: Service; readonly contract: Contract; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const api = await openApi(container, context.contract, context.signal);
  const known = [
    ...context.service.routes.filter(({ method }) => method.toUpperCase() === "GET").map(({ path }) => path),
    ...(api === undefined ? [] : ["/openapi.json", ...operations(api, ["get"])]),
  ];
  return askable(known)
    .filter((path) => path !== healthPath(context.contract))
    .slice(0, MOST_ROUTES);
}

/** A route that may read a body. */
export interface BodyRoute {
  readonly method: string;
  readonly path: string;
  /** What it takes to be let in. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Routes that read a body, most likely ones first: those to which the team's own requests send one, then what is known. */
export async function bodyRoutes(
  container: Container,
  context: { readonly service: Service; readonly contract: Contract; readonly signal: AbortSignal },
): Promise<readonly BodyRoute[]> {
  const api = await openApi(container, context.contract, context.signal);
  const methods = ["post", "put", "patch"];
  const found = methods.flatMap((method) => {
    const fromCode = context.service.routes.filter((route) => route.method.toLowerCase() === method);
    const paths = [...(api === undefined ? [] : operations(api, [method])), ...fromCode.map(({ path }) => path)];
    return askable(paths).map((path) => ({ method: method.toUpperCase(), path }));
  });
  return [...listedWithBody(context.contract), ...found];
}

const listedWithBody = ({ expectations = [] }: Contract): readonly BodyRoute[] =>
  expectations.flatMap((one) =>
    one.kind === "http" && one.body !== undefined
      ? [{ method: one.method, path: one.path, headers: withoutThoseOfBody(one.headers) }]
      : [],
  );

/** Another body is sent. */
const withoutThoseOfBody = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(?:content-.*|expect|transfer-encoding)$/i.test(name)),
  );

/** Asks each route once, four at a time. */
export async function visit(
  container: Container,
  contract: Contract,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly Visit[]> {
  const left = [...paths.entries()];
  const visits: Visit[] = [];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, path] = next;
      const answer = await answerTo(path, { container, contract, signal });
      visits[index] = { path, status: answer?.status ?? 0, ...(answer?.open === true ? { open: true } : {}) };
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return visits;
}

interface Asked {
  readonly container: Container;
  readonly contract: Contract;
  readonly signal: AbortSignal;
}

/**
 * The answer; undefined where none came in time, or the connection broke twice. One that broke once tells of the engine
 * and the machine, not of the service: it is compared with another container, where it did not.
 */
async function answerTo(path: string, { container, contract, signal }: Asked): Promise<Answer | undefined> {
  // The same request is made of several containers: a busy machine must not make a difference between them.
  const timeoutMs = ANSWER_MS * business();
  for (let tries = 1; ; tries += 1) {
    const asked = performance.now();
    try {
      return await askService(container, contract.port, path, { timeoutMs, signal });
    } catch {
      signal.throwIfAborted();
      if (tries === 2 || performance.now() - asked > timeoutMs / 2) return undefined;
    }
  }
}

/** Asks once more what had an end: some write at their second request only. */
export const visitAgain = (
  container: Container,
  contract: Contract,
  visits: readonly Visit[],
  signal: AbortSignal,
): Promise<readonly Visit[]> =>
  visit(
    container,
    contract,
    visits.filter(({ status, open }) => status !== 0 && open !== true).map(({ path }) => path),
    signal,
  );

/** Those that can be asked without knowing anything, and that change nothing by their name. */
export function askable(paths: readonly string[]): readonly string[] {
  const plain = paths.filter((path) => path.startsWith("/") && !HAS_PARAMETER.test(path) && !HANDS_OFF.test(path));
  return [...new Set(plain)];
}

type Foreign = Readonly<Record<string, unknown>>;
const asObject = (value: unknown): Foreign =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Foreign) : {};

/** Paths of an OpenAPI document that have one of the methods and no required parameter. */
export function operations(api: unknown, methods: readonly string[]): readonly string[] {
  const paths = Object.entries(asObject(asObject(api)["paths"]));
  return paths.filter(([, item]) => methods.some((method) => isPlain(asObject(item)[method]))).map(([path]) => path);
}

function isPlain(operation: unknown): boolean {
  if (operation === undefined) return false;
  const parameters = asObject(operation)["parameters"];
  return !Array.isArray(parameters) || !parameters.some((parameter) => asObject(parameter)["required"] === true);
}

/** The service's own description of itself, when it serves one. */
async function openApi(container: Container, contract: Contract, signal: AbortSignal): Promise<unknown> {
  try {
    const answer = await askService(container, contract.port, "/openapi.json", {
      timeoutMs: ANSWER_MS,
      keepBytes: 4_000_000,
      signal,
    });
    return answer.status === 200 ? (JSON.parse(answer.body.toString("utf8")) as unknown) : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined; // It serves none, or not JSON: then only the routes of the code are known.
  }
}
