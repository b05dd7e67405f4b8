import { Agent, type IncomingMessage, type RequestOptions, request } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { UserError } from "../kit/errors.ts";
import { isIP } from "node:net";
import type { Endpoint } from "./endpoint.ts";

export interface Call {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** A buffer is a tar archive; all else is sent as JSON. */
  readonly body?: unknown;
  /** Besides the connection's own signal. */
  readonly signal?: AbortSignal;
  /** Cleaning up goes on after Ctrl-C. */
  readonly evenWhenAborted?: boolean;
  /** Of silence, before the answer or within it; 0 waits for ever. */
  readonly timeoutMs?: number;
}

/** The engine answered with an error status. Callers turn the expected ones into results or UserErrors. */
export class EngineRefusal extends UserError {
  readonly status: number;
  constructor(status: number, what: string, message: string) {
    super("engine/refused", `The container engine refused \`${what}\`: ${message}`, {
      hint: "The engine's own words say why; its log may say more.",
    });
    this.status = status;
  }
}

/** HTTP to the engine over its unix socket or TCP, with connections kept open. */
export class EngineHttp {
  readonly endpoint: Endpoint;
  readonly #signal: AbortSignal;
  readonly #agent: Agent;
  readonly #patienceMs: number;
  /** `/v1.45` after the negotiation. */
  prefix = "";

  constructor(endpoint: Endpoint, signal: AbortSignal, patienceMs = 120_000) {
    this.endpoint = endpoint;
    this.#signal = signal;
    this.#patienceMs = patienceMs;
    this.#agent = endpoint.tls === undefined ? new Agent({ keepAlive: true }) : new TlsAgent({ keepAlive: true });
  }

  close(): void {
    this.#agent.destroy();
  }

  async json<T>(method: string, path: string, call: Call = {}): Promise<T> {
    const text = (await this.bytes(method, path, call)).toString("utf8");
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  async bytes(method: string, path: string, call: Call = {}): Promise<Buffer> {
    const response = await this.stream(method, path, call);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer);
    } catch (error) {
      throw this.#reason(error, call);
    }
    return Buffer.concat(chunks);
  }

  /** The answer as soon as its head is there. Whoever asks reads it to its end or destroys it. */
  async stream(method: string, path: string, call: Call = {}): Promise<IncomingMessage> {
    const response = await this.#send(method, path, call);
    if ((response.statusCode ?? 500) < 400) return response;
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    throw new EngineRefusal(response.statusCode ?? 500, `${method} ${path}`, messageIn(text));
  }

  /** Turns a broken connection into `engine/lost`, and an abort into the signal's reason. */
  lost(cause: unknown): unknown {
    return this.#reason(cause, {});
  }

  #send(method: string, path: string, call: Call): Promise<IncomingMessage> {
    const signals = [call.signal, call.evenWhenAborted === true ? undefined : this.#signal].filter(
      (signal) => signal !== undefined,
    );
    for (const signal of signals) signal.throwIfAborted();
    const body = call.body === undefined || Buffer.isBuffer(call.body) ? call.body : JSON.stringify(call.body);
    return new Promise((resolve, reject) => {
      const options = this.#options(method, path, call, body);
      const req = this.endpoint.tls === undefined ? request(options) : tlsRequest(options);
      const abort = () => req.destroy(new Error("aborted"));
      const timeoutMs = call.timeoutMs ?? this.#patienceMs;
      // Of silence, in the head or in the body.
      if (timeoutMs > 0) req.setTimeout(timeoutMs, () => req.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      for (const signal of signals) signal.addEventListener("abort", abort, { once: true });
      req.once("close", () => {
        for (const signal of signals) signal.removeEventListener("abort", abort);
      });
      req.once("response", resolve);
      req.on("error", (cause) => reject(this.#reason(cause, call)));
      req.end(body);
    });
  }

  #options(method: string, path: string, call: Call, body: string | Buffer | undefined): RequestOptions {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) query.set(name, String(value));
    const search = query.size === 0 ? "" : `?${query.toString()}`;
    const { address, tls } = this.endpoint;
    return {
      ...address,
      ...tls?.keys,
      // Else the certificate would be compared with the header below. No server is asked for by number.
      ...("host" in address ? { servername: isIP(address.host) === 0 ? address.host : "" } : {}),
      agent: this.#agent,
      method,
      path: `${this.prefix}${path}${search}`,
      headers: {
        host: "engine",
        ...(body === undefined
          ? {}
          : {
              "content-type": typeof body === "string" ? "application/json" : "application/x-tar",
              "content-length": String(Buffer.byteLength(body)),
            }),
      },
    };
  }

  #reason(cause: unknown, call: Call): unknown {
    if (call.signal?.aborted === true) return call.signal.reason;
    if (call.evenWhenAborted !== true && this.#signal.aborted) return this.#signal.reason;
    if (cause instanceof UserError) return cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    return new UserError("engine/lost", `The container engine at ${this.endpoint.host} stopped answering: ${why}`, {
      hint: "Start the engine again, then run the same command: what was finished is kept.",
      cause,
    });
  }
}

function messageIn(text: string): string {
  try {
    const parsed = JSON.parse(text) as { message?: unknown };
    if (typeof parsed.message === "string") return parsed.message;
  } catch {
    // Not JSON: a proxy's page, for example.
  }
  return text.trim().slice(0, 500);
}
