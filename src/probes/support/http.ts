import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { business } from "../../kit/machine.ts";
import { timeLimit } from "../../kit/time-limit.ts";
import { Agent as SecureAgent, request as httpsRequest } from "node:https";

/** One HTTP answer of the service. The body is foreign text, and only its first bytes are kept. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** Where a redirect leads, as it was written. */
  readonly location?: string;
  /** The first bytes of the body, as far as they were read. */
  readonly body: Buffer;
  /** After a second, on a busy machine a few, the body had not ended: a stream, or a very slow answer. */
  readonly open: boolean;
  /** `performance.now()` when its head was there. */
  readonly at: number;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** At most this much of the body is read; 64 kB unless told. */
  readonly keepBytes?: number;
  readonly agent?: Agents;
  readonly signal: AbortSignal;
}

export interface Agents extends Disposable {
  readonly plain: Agent;
  readonly secure: SecureAgent;
}

/** One persistent connection: a new one for each poll would measure the kernel's work, not the service's. */
export function persistent(): Agents {
  const plain = new Agent({ keepAlive: true, maxSockets: 1 });
  const secure = new SecureAgent({ keepAlive: true, maxSockets: 1 });
  return {
    plain,
    secure,
    [Symbol.dispose]() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Asks once; a certificate is not checked, because that of a service names no address of a container. A stream that never ends counts as answered once its head and its first bytes are there.
 * @throws Error when nothing came in time, or the connection broke. */
export async function ask(url: URL, options: Ask): Promise<Answer> {
  const timeout = AbortSignal.any([options.signal, timeLimit(options.timeoutMs)]);
  const secure = url.protocol === "https:";
  const agent = secure ? options.agent?.secure : options.agent?.plain;
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(
      url,
      {
        method: options.method ?? "GET",
        signal: timeout,
        ...(agent === undefined ? {} : { agent }),
        ...(secure ? { rejectUnauthorized: false } : {}),
        headers: { accept: "*/*", "user-agent": "seaworthy", ...options.headers },
      },
      (response) => {
        const at = performance.now();
        readSome(response, options).then(
          ({ body, open }) =>
            resolve({
              status: response.statusCode ?? 0,
              contentType: response.headers["content-type"] ?? "",
              ...(response.headers.location === undefined ? {} : { location: response.headers.location }),
              body,
              open,
              at,
            }),
          reject,
        );
      },
    );
    request.once("error", reject);
    request.end(options.body);
  });
}

const OPEN_MS = 1000;

/**
 * How long a body may take to its end before it is one of a stream, which is not asked again. A busy machine makes no
 * stream of an answer; but before the whole request is given up, a stream has to be told.
 */
export const openAfterMs = ({ timeoutMs }: Pick<Ask, "timeoutMs">, busy: number = business()): number =>
  Math.max(OPEN_MS, Math.min(OPEN_MS * busy, timeoutMs * 0.75));

/** Reads to the end, to the limit, or until it is open: whichever comes first. */
function readSome(response: IncomingMessage, options: Ask): Promise<{ readonly body: Buffer; readonly open: boolean }> {
  const limit = options.keepBytes ?? 65_536;
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const done = (open: boolean) => {
      clearTimeout(timer);
      resolve({ body: Buffer.concat(chunks).subarray(0, limit), open });
    };
    const cut = (open: boolean) => {
      done(open);
      response.destroy();
    };
    const timer = setTimeout(() => cut(true), openAfterMs(options));
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) cut(false);
    });
    response.once("end", () => done(false));
    response.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
