import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../kit/errors.ts";
import { converse, run, tail } from "../kit/exec.ts";
import { visible } from "../kit/text.ts";

/** What an `ssh://` address says; the rest is in the user's configuration of ssh. */
export interface SshTarget {
  readonly host: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  /** The engine's socket over there; without one, `docker` over there knows where its engine is. */
  readonly socket: string | undefined;
}

/** A way to an engine on another machine, over one connection of ssh that everything shares. */
export interface Tunnel extends AsyncDisposable {
  /** Socket on this machine behind which the engine answers. */
  readonly socketPath: string;
  /** Port of 127.0.0.1 here that leads to a port of 127.0.0.1 over there. */
  forward(port: number): Promise<number>;
  /** Takes it back. */
  unforward(port: number): Promise<void>;
}

/** The shared connection ends by itself so long after the last use: nothing stays when we are killed. */
const IDLE_SECONDS = 120;
const FORWARD_ATTEMPTS = 5;

/** Undefined when it is no such address.
 * @throws UserError `engine/unsupported-host` when ssh would take a part of it for an option. */
export function sshTargetIn(address: string, source: string): SshTarget | undefined {
  const parts = /^ssh:\/\/(?:([^@/:]+)@)?(\[[^\]]+\]|[^@/:]+)(?::(\d+))?(\/.*)?$/.exec(address);
  if (parts === null) return undefined;
  const [, user, host = "", port, path] = parts;
  if (host.startsWith("-") || user?.startsWith("-") === true)
    throw new UserError("engine/unsupported-host", `${source} names ${address}, which ssh would take for an option`, {
      hint: "Give an address such as ssh://user@host.",
    });
  return {
    host: host.replace(/^\[|\]$/g, ""),
    user,
    port: port === undefined ? undefined : Number(port),
    socket: path === undefined || path === "/" ? undefined : path,
  };
}

/**
 * Connects once, without asking anything: a key in the agent, or one without a passphrase.
 * @throws UserError `engine/ssh-failed` in ssh's own words.
 */
export async function openTunnel(target: SshTarget, signal: AbortSignal): Promise<Tunnel> {
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-ssh-"));
  const tunnel = new SshTunnel(target, folder, signal);
  try {
    await tunnel.open();
    return tunnel;
  } catch (error) {
    await tunnel[Symbol.asyncDispose]();
    throw error;
  }
}

class SshTunnel implements Tunnel {
  readonly socketPath: string;
  readonly #target: SshTarget;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #relay: Server;
  readonly #open = new Set<Socket>();
  /** Port over there to port here. */
  readonly #forwarded = new Map<number, number>();

  constructor(target: SshTarget, folder: string, signal: AbortSignal) {
    this.#target = target;
    this.#folder = folder;
    this.#signal = signal;
    this.socketPath = join(folder, "engine");
    this.#relay = createServer((near) => void this.#dial(near));
  }

  async open(): Promise<void> {
    const { socket } = this.#target;
    const master = ["-o", "ControlMaster=yes", "-o", `ControlPersist=${IDLE_SECONDS}`];
    // What is asked for first says in plain words when there is no engine over there.
    const first = socket === undefined ? ["docker version --format '{{.Server.Version}}'"] : ["true"];
    await this.#ssh([...master, "-T", ...this.#where(), ...first]);
    if (socket === undefined) await listening(this.#relay, this.socketPath);
    else await this.#ssh(["-O", "forward", "-L", `${this.socketPath}:${socket}`, ...this.#where()]);
  }

  async forward(port: number): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      const here = await freePort();
      try {
        await this.#ssh(["-O", "forward", "-L", rule(here, port), ...this.#where()]);
        this.#forwarded.set(port, here);
        return here;
      } catch (error) {
        // Somebody took the port in between.
        if (attempt === FORWARD_ATTEMPTS) throw error;
      }
    }
  }

  async unforward(port: number): Promise<void> {
    const here = this.#forwarded.get(port);
    if (!this.#forwarded.delete(port) || here === undefined) return;
    await this.#quietly(["-O", "cancel", "-L", rule(here, port), ...this.#where()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#relay.close();
    await this.#quietly(["-O", "exit", ...this.#where()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The engine over there at the other end of a new connection of the relay. */
  async #dial(near: Socket): Promise<void> {
    this.#open.add(near);
    near.on("error", () => {});
    const args = [...this.#shared(), "-T", ...this.#where(), "docker", "system", "dial-stdio"];
    const far = await converse("ssh", args);
    // What was hung up on meanwhile tells it no more.
    if (near.destroyed) {
      this.#open.delete(near);
      far.end();
      return;
    }
    far.output.once("close", () => near.destroySoon());
    near.once("close", () => {
      this.#open.delete(near);
      far.end();
    });
    near.pipe(far.input);
    far.output.pipe(near);
  }

  async #ssh(args: readonly string[]): Promise<void> {
    const { code, stderr } = await run("ssh", [...this.#shared(), ...args], { signal: this.#signal });
    if (code === 0) return;
    const said = visible(tail(stderr, 1)[0] ?? "");
    throw new UserError("engine/ssh-failed", `ssh to ${this.#target.host} ended with ${code}: ${said}`, {
      hint: `\`ssh ${this.#target.host} docker version\` has to work without a question: load the key with ssh-add, and accept the host's key once.`,
      details: tail(visible(stderr), 10),
    });
  }

  /** When it is over, even after Ctrl-C, and whether or not the connection is still there. */
  async #quietly(args: readonly string[]): Promise<void> {
    await run("ssh", [...this.#shared(), ...args], { timeoutMs: 10_000 }).catch(() => {});
  }

  #shared(): readonly string[] {
    return ["-o", "BatchMode=yes", "-o", "ConnectTimeout=30", "-S", join(this.#folder, "ssh")];
  }

  #where(): readonly string[] {
    const { host, user, port } = this.#target;
    return [
      ...(user === undefined ? [] : ["-l", user]),
      ...(port === undefined ? [] : ["-p", String(port)]),
      "--",
      host,
    ];
  }
}

const rule = (here: number, port: number): string => `127.0.0.1:${here}:127.0.0.1:${port}`;

/** ssh cannot choose the port of a forwarding itself. */
async function freePort(): Promise<number> {
  const server = createServer();
  await listening(server, 0, "127.0.0.1");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function listening(server: Server, place: string | number, host?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    if (typeof place === "string") server.listen(place, resolve);
    else server.listen(place, host, resolve);
  });
}
