import type { Mount } from "./copied-mounts.ts";
import type { StartOptions } from "./engine.ts";

/** What the creation of a container needs besides the options. */
export interface CreateFacts {
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `StartInterval` is refused by older engines. */
  readonly hasStartInterval: boolean;
  readonly podman: boolean;
  /** Address of the engine's machine on which ports are published. */
  readonly publishOn: string;
  readonly copied: readonly Mount[];
  readonly bound: readonly Mount[];
}

/** The body of `POST /containers/create`. */
export function createBody(facts: CreateFacts, options: StartOptions): Record<string, unknown> {
  const ports = (options.publish ?? []).map((port) => `${port}/tcp`);
  return {
    Image: facts.image,
    Labels: facts.labels,
    Env: environmentList(options.env ?? {}),
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    ...(options.user === undefined ? {} : { User: options.user }),
    ...(options.entrypoint === undefined ? {} : { Entrypoint: options.entrypoint }),
    ...(options.command === undefined ? {} : { Cmd: options.command }),
    // Podman's health command is run by us.
    ...(options.health === undefined || facts.podman
      ? {}
      : { Healthcheck: healthBody(options.health, facts.hasStartInterval) }),
    HostConfig: hostConfig(facts, options, ports),
    ...networking(options),
  };
}

/** As the engine's API takes variables. */
export const environmentList = (env: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);

function hostConfig(facts: CreateFacts, options: StartOptions, ports: readonly string[]): Record<string, unknown> {
  return {
    ...limits(options),
    ReadonlyRootfs: options.readOnly ?? false,
    Tmpfs: Object.fromEntries((options.tmpfs ?? []).map(tmpfsEntry)),
    Mounts: [
      ...facts.bound.map(({ source, target, readOnly }) => ({
        Type: "bind",
        Source: source,
        Target: target,
        ReadOnly: readOnly,
      })),
      ...(options.volumes ?? []).map((target) => ({
        Type: "volume",
        Target: target,
        VolumeOptions: { Labels: facts.labels },
      })),
      // Without a name the volume is removed with its container. `NoCopy`: what the image has there stays out.
      ...[...facts.copied.map(({ target }) => target), ...(options.emptyVolumes ?? [])].map((target) => ({
        Type: "volume",
        Target: target,
        VolumeOptions: { NoCopy: true, Labels: facts.labels },
      })),
    ],
    PortBindings: Object.fromEntries(ports.map((port) => [port, [{ HostIp: facts.publishOn, HostPort: "" }]])),
    NetworkMode: networkMode(options.network),
    ...(options.init === undefined ? {} : { Init: options.init }),
    ...(options.dropCapabilities === true ? { CapDrop: ["ALL"] } : {}),
    ...(options.noNewPrivileges === true ? { SecurityOpt: ["no-new-privileges"] } : {}),
    // Whatever the engine's default driver is, the log must be readable, and a flood must not fill the disk.
    ...(facts.podman ? {} : { LogConfig: { Type: "json-file", Config: { "max-size": "16m", "max-file": "2" } } }),
  };
}

function limits(options: StartOptions): Record<string, unknown> {
  return {
    ...(options.cpus === undefined ? {} : { NanoCpus: Math.round(options.cpus * 1e9) }),
    ...(options.memoryBytes === undefined ? {} : { Memory: options.memoryBytes, MemorySwap: options.memoryBytes }),
    ...(options.pidsLimit === undefined ? {} : { PidsLimit: options.pidsLimit }),
  };
}

/** `/tmp` or `/tmp:size=64m,mode=1777`. */
function tmpfsEntry(text: string): [string, string] {
  const colon = text.indexOf(":");
  return colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
}

function networkMode(network: StartOptions["network"]): string {
  return typeof network === "object" ? network.id : (network ?? "bridge");
}

function networking(options: StartOptions): Record<string, unknown> {
  if (typeof options.network !== "object") return {};
  const aliases = options.alias === undefined ? [] : [options.alias];
  return { NetworkingConfig: { EndpointsConfig: { [options.network.id]: { Aliases: aliases } } } };
}

/** Without `Test` the engine keeps the image's command and takes only the times. */
function healthBody(health: NonNullable<StartOptions["health"]>, hasStartInterval: boolean): Record<string, unknown> {
  return {
    ...(health.test === undefined ? {} : { Test: health.test }),
    Interval: nano(health.intervalMs),
    Timeout: nano(health.timeoutMs),
    Retries: health.retries,
    StartPeriod: nano(health.startPeriodMs),
    ...(hasStartInterval ? { StartInterval: nano(health.intervalMs) } : {}),
  };
}

function nano(milliseconds: number): number {
  return Math.round(milliseconds * 1e6);
}
