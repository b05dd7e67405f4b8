import { UserError } from "../kit/errors.ts";
import { pathsWrittenSince, someFilesOf } from "./container-archive.ts";
import type { Container, ContainerProcess, ExecOptions, Exit, HealthSaid, LogLine, Usage } from "./engine.ts";
import { execIn } from "./exec.ts";
import { FrameSplitter, LogTail } from "./frames.ts";
import { EngineRefusal, type EngineHttp } from "./http.ts";
import { valuesInLog } from "./log-search.ts";
import { type HealthCommand, healthCommandSays, runHealthCommand, sayHealthCommand } from "./podman.ts";
import { processesOf } from "./processes.ts";
import { firstAddress, type Published, publishedPorts } from "./published.ts";
import type { Reach } from "./reach.ts";
import { signalledAt } from "./signalled.ts";
import { type RawStats, usageOf } from "./usage.ts";
import { watched } from "./watch.ts";

export interface RawContainer {
  readonly Id: string;
  readonly State: {
    readonly Running?: boolean;
    readonly ExitCode?: number;
    readonly OOMKilled?: boolean;
    readonly Pid?: number;
    readonly StartedAt?: string;
    readonly FinishedAt?: string;
    readonly Health?: {
      readonly Status?: string;
      readonly Log?: ReadonlyArray<{ readonly ExitCode?: number; readonly Output?: string }> | null;
    };
  };
  readonly NetworkSettings?: {
    readonly Ports?: Readonly<Record<string, ReadonlyArray<{ readonly HostPort: string }> | null>> | null;
    readonly IPAddress?: string;
    readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string }>> | null;
  };
}

const CHANGE_KINDS = ["changed", "added", "deleted"] as const;
/** Lines asked from the end of a log: a flood of 100 MB is not read whole. */
const LAST_LINES = 60_000;

interface ContainerFacts {
  readonly startedAt: number;
  readonly podman: boolean;
  readonly reach: Reach;
  /** The health command, where the engine itself does not run it. */
  readonly ownHealth?: HealthCommand | undefined;
}

/** A container over the Engine API. */
export class EngineContainer implements Container {
  readonly id: string;
  readonly startedAt: number;
  readonly #http: EngineHttp;
  readonly #podman: boolean;
  readonly #ownHealth: HealthCommand | undefined;
  readonly #reach: Reach;
  readonly #ports: ReadonlyMap<number, Published>;
  readonly #address: string;

  /** Opens a way to its ports. */
  static async open(http: EngineHttp, raw: RawContainer, facts: ContainerFacts): Promise<EngineContainer> {
    const opened = [...publishedPorts(raw)].map(
      async ([port, there]) => [port, { there, here: await facts.reach.open(there) }] as const,
    );
    return new EngineContainer(http, raw, facts, new Map(await Promise.all(opened)));
  }

  private constructor(
    http: EngineHttp,
    raw: RawContainer,
    facts: ContainerFacts,
    ports: ReadonlyMap<number, Published>,
  ) {
    this.#http = http;
    this.id = raw.Id;
    this.startedAt = facts.startedAt;
    this.#podman = facts.podman;
    this.#ownHealth = facts.ownHealth;
    this.#reach = facts.reach;
    this.#ports = ports;
    this.#address = raw.NetworkSettings?.IPAddress || firstAddress(raw);
  }

  url(port: number, path: string): URL {
    const published = this.#ports.get(port);
    if (published !== undefined) return new URL(path, `http://${published.here}`);
    // Internal networks publish nothing; on Linux the container's own address is reachable from its host.
    const own = this.ownUrl(port, path);
    if (own !== undefined) return own;
    throw new UserError("engine/port-not-published", `Port ${port} of the container cannot be reached`, {
      hint: this.#reach.isHere
        ? "The container has ended, has no network, or the port was not in `publish`."
        : "The container has ended, or the port was not in `publish`: of a container on another machine only published ports are reached.",
    });
  }

  ownUrl(port: number, path: string): URL | undefined {
    // On another machine the same address is another container's, or nobody's.
    return this.#address === "" || !this.#reach.isHere ? undefined : new URL(path, `http://${this.#address}:${port}`);
  }

  async logs(): Promise<readonly LogLine[]> {
    const response = await this.#http.stream("GET", `/containers/${this.id}/logs`, {
      query: { stdout: 1, stderr: 1, timestamps: 1, tail: LAST_LINES },
    });
    const splitter = new FrameSplitter();
    const tail = new LogTail();
    try {
      for await (const chunk of response) for (const frame of splitter.push(chunk as Buffer)) tail.push(frame);
    } catch (error) {
      throw this.#http.lost(error);
    }
    return tail.lines();
  }

  valuesInLog(values: readonly string[]): Promise<readonly string[]> {
    return valuesInLog(this.#http, this.id, values);
  }

  async signal(name: string): Promise<void> {
    try {
      await this.#http.bytes("POST", `/containers/${this.id}/kill`, { query: { signal: name } });
    } catch (error) {
      // 409: it has ended already, which is for `exited` to tell.
      if (!(error instanceof EngineRefusal && error.status === 409)) throw error;
    }
  }

  async exited(signal: AbortSignal): Promise<Exit> {
    await watched(this.#http, signal, (both) =>
      this.#http.json("POST", `/containers/${this.id}/wait`, {
        query: { condition: "not-running" },
        signal: both,
        timeoutMs: 0,
      }),
    );
    const { State: state } = await this.#inspect();
    return {
      code: state.ExitCode ?? -1,
      oomKilled: state.OOMKilled ?? false,
      finishedAt: Date.parse(state.FinishedAt ?? ""),
    };
  }

  async sinceSignal({ finishedAt }: Exit): Promise<number | undefined> {
    const sent = Number.isNaN(finishedAt) ? undefined : await signalledAt(this.#http, this.id, finishedAt);
    return sent === undefined || sent > finishedAt ? undefined : finishedAt - sent;
  }

  async running(): Promise<boolean> {
    return (await this.#inspect()).State.Running ?? false;
  }

  async health(): Promise<"starting" | "healthy" | "unhealthy" | "none"> {
    if (this.#ownHealth !== undefined) return await runHealthCommand(this.#http, this.id, this.#ownHealth);
    const status = (await this.#inspect()).State.Health?.Status;
    return status === "starting" || status === "healthy" || status === "unhealthy" ? status : "none";
  }

  async healthSaid(): Promise<HealthSaid | undefined> {
    if (this.#ownHealth !== undefined) return await sayHealthCommand(this.#http, this.id, this.#ownHealth);
    const last = (await this.#inspect()).State.Health?.Log?.at(-1);
    return last && { code: last.ExitCode ?? -1, output: last.Output ?? "" };
  }

  async healthBecomes(wanted: "healthy" | "unhealthy", signal: AbortSignal): Promise<void> {
    const command = this.#ownHealth;
    if (command !== undefined)
      return watched(this.#http, signal, (both) =>
        healthCommandSays({ http: this.#http, id: this.id, command }, wanted, both),
      );
    await watched(this.#http, signal, async (both) => {
      const started = (await this.#inspect()).State.StartedAt;
      const filters = JSON.stringify({ container: [this.id], type: ["container"], event: ["health_status", "die"] });
      // `since` replays what happened before the subscription, so nothing is missed in between.
      const since = started === undefined ? undefined : (Date.parse(started) / 1000).toFixed(3);
      const events = await this.#http.stream("GET", "/events", {
        query: { filters, since },
        signal: both,
        timeoutMs: 0,
      });
      const stop = () => events.destroy(new Error("aborted"));
      both.addEventListener("abort", stop, { once: true });
      try {
        if (await this.#hasBecome(wanted)) return;
        // A replayed event may be old news: each one only asks for another look.
        for await (const _ of events) if (await this.#hasBecome(wanted)) return;
        throw new Error("the event stream ended");
      } catch (error) {
        both.throwIfAborted();
        throw this.#http.lost(error);
      } finally {
        both.removeEventListener("abort", stop);
        events.on("error", () => {});
        events.destroy();
      }
    });
  }

  exec(
    argv: readonly string[],
    options: ExecOptions = {},
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    return execIn(this.#http, this.id, argv, options);
  }

  async processes(): Promise<readonly ContainerProcess[]> {
    const pid = (await this.#inspect()).State.Pid ?? 0;
    return await processesOf(this.#http, { id: this.id, pid, podman: this.#podman });
  }

  async usage(): Promise<Usage | undefined> {
    // `one-shot`: older engines, which do not know it, wait for a second look at the processors.
    const query = { stream: "false", "one-shot": "true" };
    try {
      return usageOf(await this.#http.json<RawStats>("GET", `/containers/${this.id}/stats`, { query }));
    } catch (error) {
      if (error instanceof EngineRefusal) return undefined; // It has ended: 404, 409, or 500 from an older engine.
      throw error;
    }
  }

  async changes(): Promise<ReadonlyArray<{ readonly path: string; readonly kind: "added" | "changed" | "deleted" }>> {
    const raw = await this.#http.json<ReadonlyArray<{ Path: string; Kind: number }> | null>(
      "GET",
      `/containers/${this.id}/changes`,
    );
    return (raw ?? []).map((change) => ({ path: change.Path, kind: CHANGE_KINDS[change.Kind] ?? "changed" }));
  }

  filesBelow(folder: string, mostBytes: number): Promise<ReadonlyMap<string, Buffer>> {
    return someFilesOf(this.#http, this.id, { folder, mostBytes });
  }

  async writtenBelow(folder: string, mostBytes: number): Promise<readonly string[]> {
    const { State: state } = await this.#inspect();
    // The archive has whole seconds.
    const since = Math.floor(Date.parse(state.StartedAt ?? "") / 1000) * 1000;
    return await pathsWrittenSince(this.#http, this.id, { folder, mostBytes, since });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await removeContainer(this.#http, this.id);
    } catch (error) {
      // One that forks forever outlives the engine's patience with it. What was seen of it counts all the same; the end of the
      // run removes it once more, and tells when it cannot.
      if (!(error instanceof EngineRefusal && error.status === 500)) throw error;
    }
    for (const { there } of this.#ports.values()) await this.#reach.close(there);
  }

  #inspect(): Promise<RawContainer> {
    return this.#http.json<RawContainer>("GET", `/containers/${this.id}/json`);
  }

  /** @throws UserError `engine/container-ended` when it can no longer become anything. */
  async #hasBecome(wanted: string): Promise<boolean> {
    const { State: state } = await this.#inspect();
    if (state.Health?.Status === wanted) return true;
    if (state.Running !== false) return false;
    throw new UserError(
      "engine/container-ended",
      `The container ended with exit code ${state.ExitCode ?? "?"} before it became ${wanted}`,
      { hint: "Its last log lines say why.", details: (await this.logs()).slice(-20).map((line) => line.text) },
    );
  }
}

/** Removes it with its volumes, running or not. That it is gone already is fine. */
export async function removeContainer(http: EngineHttp, id: string): Promise<void> {
  try {
    await http.bytes("DELETE", `/containers/${id}`, { query: { force: 1, v: 1 }, evenWhenAborted: true });
  } catch (error) {
    // 409: another request is removing it.
    if (!(error instanceof EngineRefusal && (error.status === 404 || error.status === 409))) throw error;
  }
}
