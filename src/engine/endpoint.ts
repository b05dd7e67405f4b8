import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../kit/errors.ts";
import { readText } from "../kit/files.ts";
import { type SshTarget, sshTargetIn } from "./ssh.ts";

export interface Endpoint {
  /** `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375`, `ssh://user@host`. */
  readonly host: string;
  /** Where the host was found: `--engine`, `DOCKER_HOST`, `context default`, `well-known socket`. */
  readonly source: string;
  readonly address:
    | { readonly socketPath: string }
    | { readonly host: string; readonly port: number }
    | { readonly ssh: SshTarget };
  readonly tls?: Tls;
  /** Name of the docker context it comes from: the command line is given the context, which knows its own keys. */
  readonly context?: string;
}

export interface Tls {
  /** Where the keys were looked for. */
  readonly folder: string;
  readonly keys: Keys;
}

interface Keys {
  /** Without one, the authorities that the system trusts. */
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** False where the docker context says so. */
  readonly rejectUnauthorized?: false;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The engines worth asking, best first. What the user named is the only candidate; nothing else is tried behind it. */
export async function endpointsToTry(host: string | undefined, env: Env): Promise<readonly Endpoint[]> {
  if (host !== undefined) return [await endpointOf(host, "--engine", env)];
  if (env["DOCKER_HOST"]) return [await endpointOf(env["DOCKER_HOST"], "DOCKER_HOST", env)];
  const context = await contextEndpoint(env);
  if (context !== undefined) return [context];
  return wellKnownSockets(env)
    .filter((path) => existsSync(path))
    .map((path) => ({ host: `unix://${path}`, source: "well-known socket", address: { socketPath: path } }));
}

/** Docker's places first, then Podman's. */
export function wellKnownSockets(env: Env): readonly string[] {
  const runtime = env["XDG_RUNTIME_DIR"];
  const home = env["HOME"];
  return [
    "/var/run/docker.sock",
    ...(runtime ? [join(runtime, "docker.sock")] : []),
    ...(home ? [join(home, ".docker/run/docker.sock"), join(home, ".docker/desktop/docker.sock")] : []),
    ...(runtime ? [join(runtime, "podman/podman.sock")] : []),
    "/run/podman/podman.sock",
  ];
}

async function endpointOf(host: string, source: string, env: Env): Promise<Endpoint> {
  const wanted = host.startsWith("https://") || Boolean(env["DOCKER_TLS_VERIFY"]);
  const folder = env["DOCKER_CERT_PATH"] || configFolder(env);
  return endpointAt({ host, source, ...(wanted ? { tls: { folder, keys: await keysIn(folder) } } : {}) });
}

/** What is spoken over TCP alone has no keys. */
function endpointAt({ tls, ...known }: Omit<Endpoint, "address">): Endpoint {
  const address = addressOf(known.host, known.source, tls === undefined ? 2375 : 2376);
  return { ...known, address, ...(tls === undefined || !("host" in address) ? {} : { tls }) };
}

function addressOf(host: string, source: string, usualPort: number): Endpoint["address"] {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  if (host.startsWith("/")) return { socketPath: host };
  const ssh = sshTargetIn(host, source);
  if (ssh !== undefined) return { ssh };
  const tcp = /^(?:tcp|https?):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/.exec(host);
  if (tcp?.[1] !== undefined) return { host: tcp[1].replace(/^\[|\]$/g, ""), port: Number(tcp[2] ?? usualPort) };
  throw new UserError("engine/unsupported-host", `${source} names ${host}, which seaworthy cannot speak to`, {
    hint: "Give a unix://, tcp:// or ssh:// address.",
  });
}

/** Only a context that the user chose: `default` means the well-known socket. */
async function contextEndpoint(env: Env): Promise<Endpoint | undefined> {
  const folder = configFolder(env);
  const text = await readText(join(folder, "config.json"));
  const name = env["DOCKER_CONTEXT"] ?? (text === undefined ? undefined : currentContextIn(text, folder));
  if (name === undefined || name === "" || name === "default") return undefined;
  const id = createHash("sha256").update(name).digest("hex");
  const file = join(folder, "contexts/meta", id, "meta.json");
  const meta = await readText(file);
  const { Host: host, SkipTLSVerify: unverified } = meta === undefined ? {} : dockerIn(meta, file);
  if (host === undefined)
    throw new UserError("engine/no-context", `There is no docker context \`${name}\``, {
      hint: "`docker context ls` shows the contexts; choose one with `docker context use`, or give --engine.",
    });
  const ownFolder = join(folder, "contexts/tls", id, "docker");
  const keys = { ...(await keysIn(ownFolder)), ...(unverified === true ? { rejectUnauthorized: false as const } : {}) };
  const known = { host, source: `context ${name}`, context: name };
  return endpointAt(Object.keys(keys).length === 0 ? known : { ...known, tls: { folder: ownFolder, keys } });
}

function configFolder(env: Env): string {
  return env["DOCKER_CONFIG"] ?? join(env["HOME"] ?? "/", ".docker");
}

function currentContextIn(text: string, folder: string): string | undefined {
  const { currentContext } = fieldsIn(text, join(folder, "config.json"));
  return typeof currentContext === "string" ? currentContext : undefined;
}

interface DockerEndpoint {
  readonly Host?: string;
  readonly SkipTLSVerify?: boolean;
}

function dockerIn(meta: string, file: string): DockerEndpoint {
  const { docker } = fields(fieldsIn(meta, file)["Endpoints"]);
  const { Host, SkipTLSVerify } = fields(docker);
  return { ...(typeof Host === "string" && { Host }), ...(SkipTLSVerify === true && { SkipTLSVerify }) };
}

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});

/** Docker's own files may be anything: what is no JSON is refused, and what is of another shape names nothing. */
function fieldsIn(text: string, file: string): Fields {
  try {
    return fields(JSON.parse(text));
  } catch (cause) {
    throw new UserError("engine/bad-docker-config", "Docker's configuration is not JSON", {
      hint: "Repair the file, or set DOCKER_HOST.",
      where: { file },
      cause,
    });
  }
}

async function keysIn(folder: string): Promise<Keys> {
  const optional = (name: string) => readFile(join(folder, name)).catch(() => undefined);
  const [ca, cert, key] = await Promise.all([optional("ca.pem"), optional("cert.pem"), optional("key.pem")]);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}
