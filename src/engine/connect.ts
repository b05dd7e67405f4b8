import { setMaxListeners } from "node:events";
import { UserError } from "../kit/errors.ts";
import { business } from "../kit/machine.ts";
import { ContainerEngine, type EngineFacts } from "./container-engine.ts";
import { type Endpoint, endpointsToTry } from "./endpoint.ts";
import type { ConnectedEngine } from "./engine.ts";
import { EngineHttp } from "./http.ts";
import { type Failure, notFound } from "./not-found.ts";
import { ownerNow } from "./owner.ts";
import { reachOf } from "./reach.ts";
import { openTunnel, type Tunnel } from "./ssh.ts";
import { tlsFailure } from "./tls-failure.ts";

export interface ConnectOptions {
  /** `--engine`: a unix://, tcp:// or ssh:// address. */
  readonly host?: string;
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long a call may stay unanswered; for tests. */
  readonly patienceMs?: number;
}

interface Version {
  readonly Version: string;
  readonly ApiVersion?: string;
  readonly Components?: ReadonlyArray<{ readonly Name: string; readonly Version: string }> | null;
}
interface Info {
  readonly Driver?: string;
  readonly DriverStatus?: ReadonlyArray<readonly [string, string]> | null;
  readonly MemTotal?: number;
  readonly SystemTime?: string;
  /** Whether it can limit them. */
  readonly MemoryLimit?: boolean;
  readonly PidsLimit?: boolean;
  /** Its processors. */
  readonly NCPU?: number;
}

/** On a quiet machine. One that is busy with builds has taken three times as long to say what it is. */
const ANSWERS_WITHIN_MS = 10_000;

/** The newest API whose answers this code was written for. */
const NEWEST_API = 1.48;
/** Docker 20.10. */
const OLDEST_API = 1.41;

/**
 * Finds the container engine: `--engine`, DOCKER_HOST, the docker context, then the well-known sockets.
 * @throws UserError `engine/not-found` when none answers, naming what was tried; `engine/tls-failed` when one that was
 * named does not trust us, or we not it.
 */
export async function connectEngine(options: ConnectOptions): Promise<ConnectedEngine> {
  // One listener for each call under way; Node warns from eleven on.
  setMaxListeners(0, options.signal);
  const endpoints = await endpointsToTry(options.host, options.env);
  const failures: Failure[] = [];
  for (const endpoint of endpoints) {
    try {
      return await reached(endpoint, options);
    } catch (error) {
      options.signal.throwIfAborted();
      const untrusted = tlsFailure(endpoint, error);
      if (untrusted !== undefined) throw untrusted;
      if (!(error instanceof UserError) || error.code === "engine/too-old") throw error;
      failures.push({ endpoint, error });
    }
  }
  throw notFound(endpoints, failures, options);
}

async function reached(endpoint: Endpoint, options: ConnectOptions): Promise<ConnectedEngine> {
  const { address } = endpoint;
  const tunnel = "ssh" in address ? await openTunnel(address.ssh, options.signal) : undefined;
  const place = tunnel === undefined ? endpoint : { ...endpoint, address: { socketPath: tunnel.socketPath } };
  const http = new EngineHttp(place, options.signal, options.patienceMs);
  try {
    return await meet(http, tunnel, options);
  } catch (error) {
    http.close();
    await tunnel?.[Symbol.asyncDispose]();
    throw error;
  }
}

async function meet(http: EngineHttp, tunnel: Tunnel | undefined, options: ConnectOptions): Promise<ConnectedEngine> {
  const timeoutMs = Math.min(options.patienceMs ?? Infinity, ANSWERS_WITHIN_MS * business());
  const version = await http.json<Version>("GET", "/version", { timeoutMs });
  const offered = Number(version.ApiVersion ?? "0");
  if (!(offered >= OLDEST_API))
    throw new UserError("engine/too-old", `The container engine speaks API ${version.ApiVersion ?? "?"}`, {
      hint: `seaworthy needs API ${OLDEST_API} or newer: Docker 20.10, Podman 4.`,
    });
  const api = Math.min(offered, NEWEST_API);
  http.prefix = `/v${api}`;
  const podman = version.Components?.find((component) => component.Name === "Podman Engine");
  const info = await http.json<Info>("GET", "/info", { timeoutMs });
  return new ContainerEngine(http, {
    name: podman === undefined ? "docker" : "podman",
    version: podman?.Version ?? version.Version,
    store: storeOf(info),
    api,
    most: mostOf(info),
    processors: info.NCPU,
    owner: ownerNow(options.runId),
    reach: reachOf(http.endpoint, tunnel),
    tunnel,
    signal: options.signal,
    now: clockOf(info),
  });
}

/** The engine's clock, counted on from its answer. Runs on several machines whose clocks differ then agree on what has
 * expired, and it does not jump when the clock of this machine is set. */
function clockOf({ SystemTime: answered }: Info): () => number {
  const said = Date.parse(answered ?? "");
  const then = Number.isNaN(said) ? Date.now() : said;
  const since = performance.now();
  return () => then + performance.now() - since;
}

/** Half of the machine's memory, and more processes than a service needs; nothing that the engine cannot limit. */
function mostOf(info: Info): EngineFacts["most"] {
  return {
    ...(info.MemoryLimit === true && info.MemTotal !== undefined ? { memoryBytes: Math.floor(info.MemTotal / 2) } : {}),
    ...(info.PidsLimit === true ? { pidsLimit: 1024 } : {}),
  };
}

/** Docker with the containerd store calls its snapshotter the driver; sizes then mean something else. */
function storeOf(info: Info): string {
  const containerd = info.DriverStatus?.some(
    ([name, value]) => name === "driver-type" && value.startsWith("io.containerd"),
  );
  return containerd === true ? "containerd" : (info.Driver ?? "unknown");
}
