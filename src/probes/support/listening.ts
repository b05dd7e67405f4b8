import type { Container } from "../../engine/engine.ts";
import { runPython } from "./python.ts";

/** Where the processes of a container wait for connections. */
export interface Listening {
  readonly tcp: readonly TcpPlace[];
  /** Paths of unix sockets; an abstract one begins with `@`. */
  readonly unix: readonly string[];
}

interface TcpPlace {
  readonly port: number;
  /** `loopback`: only what runs in the same container reaches it; `ipv6`: nothing that speaks IPv4 does. */
  readonly reach: "all" | "loopback" | "ipv6";
}

/** The kernel's own lists, as text; of what listens on all addresses of IPv6, whether IPv4 reaches it too. */
const LOOK = `
import json, socket
found = {}
for name in ("tcp", "tcp6", "unix"):
    try:
        with open("/proc/net/" + name) as lines:
            found[name] = [line for line in lines][:5000]
    except OSError:
        found[name] = []
def both(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False
ports = {int(line.split()[1][-4:], 16) for line in found["tcp6"][1:] if line.split()[3] == "0A"}
found["both"] = [port for port in ports if both(port)]
print(json.dumps(found))
`;

/** @returns undefined where nobody can look: it has neither Python nor `cat`, or has ended. */
export async function listeningIn(container: Container, signal: AbortSignal): Promise<Listening | undefined> {
  try {
    const seen = await runPython(container, LOOK, { signal });
    if (seen?.code === 0) return readListening(JSON.parse(seen.stdout) as Partial<KernelLists>);
    const { stdout } = await container.exec(["cat", "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/unix"], { signal });
    return listeningFrom(stdout);
  } catch {
    signal.throwIfAborted(); // The engine refuses a program that is not there, and a container that has ended.
    return undefined;
  }
}

/** The same lists one after the other. Whether IPv4 reaches what listens on IPv6 is not tried: most often it does. */
export function listeningFrom(text: string): Listening | undefined {
  if (!text.includes("local_address")) return undefined;
  const lines = text.split("\n");
  const isTcp = (line: string) => /^\s*\d+: [0-9A-F]+:[0-9A-F]{4} /.test(line);
  const tcp = lines.filter(isTcp);
  const tcp6 = tcp.filter((line) => /: [0-9A-F]{32}:/.test(line));
  return readListening({
    tcp: tcp.filter((line) => !tcp6.includes(line)),
    tcp6,
    unix: lines.filter((line) => !isTcp(line)),
    both: [...listed(tcp6)].map(({ port }) => port),
  });
}

export interface KernelLists {
  readonly tcp: readonly string[];
  readonly tcp6: readonly string[];
  readonly unix: readonly string[];
  /** Ports of IPv6 that IPv4 reaches as well. */
  readonly both: readonly number[];
}

/** Docker's own name server listens in every network that has a name. */
const NAME_SERVER = "0B00007F";
const LISTENS = "0A";
/** The flag of a unix socket that waits for connections. */
const ACCEPTS = 0x1_0000;

/** Reads what the kernel lists in /proc/net. */
export function readListening({ tcp = [], tcp6 = [], unix = [], both = [] }: Partial<KernelLists>): Listening {
  const places = new Map<number, TcpPlace["reach"]>();
  for (const { address, port } of [...listed(tcp6), ...listed(tcp)]) {
    if (address === NAME_SERVER) continue;
    const reach = address.length === 8 || both.includes(port) ? reachOf(address) : ipv6(address);
    if (places.get(port) !== "all") places.set(port, reach);
  }
  return {
    tcp: [...places].map(([port, reach]) => ({ port, reach })).toSorted((a, b) => a.port - b.port),
    unix: unix
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , flags = "0", , , , path]) => path !== undefined && (Number.parseInt(flags, 16) & ACCEPTS) !== 0)
      .map((fields) => fields.slice(7).join(" ")),
  };
}

function* listed(lines: readonly string[]): Generator<{ readonly address: string; readonly port: number }> {
  for (const line of lines) {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    if (state === LISTENS) yield { address, port: Number.parseInt(port, 16) };
  }
}

const LOOPBACK_4 = /7F$/;
const LOOPBACK_6 = /^0{24}01000000$/;

const reachOf = (address: string): TcpPlace["reach"] =>
  (address.length === 8 ? LOOPBACK_4 : LOOPBACK_6).test(address) ? "loopback" : "all";
const ipv6 = (address: string): TcpPlace["reach"] => (LOOPBACK_6.test(address) ? "loopback" : "ipv6");

/** Why nobody outside is answered, by where it listens, and what to do. */
export interface Unreached {
  readonly why: string;
  /** It may well work where it is meant to run: nobody here could ask. */
  readonly unproven: boolean;
}

/** @returns undefined where it listens on that port as it should. */
export function whyUnreached({ tcp, unix }: Listening, port: number): Unreached | undefined {
  const here = tcp.find((one) => one.port === port);
  if (here?.reach === "all") return undefined;
  if (here?.reach === "loopback")
    return fails(
      `It listens on port ${port} of the loopback only, which nobody outside the container reaches: let it bind 0.0.0.0.`,
    );
  if (here !== undefined)
    return {
      why: `It listens on port ${port} of IPv6 only, and the container's network here has IPv4 only, as Docker's and most clusters' have. Where it runs there, let it bind 0.0.0.0.`,
      unproven: true,
    };
  const others = tcp.filter(({ reach }) => reach !== "loopback").map((one) => one.port);
  if (others.length > 0)
    return fails(
      `It listens on port ${others.join(", ")}, and not on ${port}: expose the port that it listens on, or name it in seaworthy.yaml, \`decisions: { ports: ${others[0]} }\`.`,
    );
  if (tcp.length > 0)
    return fails(
      `It listens on port ${tcp.map((one) => one.port).join(", ")} of the loopback only, which nobody outside the container reaches: let it bind 0.0.0.0:${port}.`,
    );
  if (unix.length > 0)
    return {
      why: `It listens on no TCP port, but on the unix socket ${unix.slice(0, 3).join(", ")}, and nobody outside the container can ask there. Let it bind a port to prove it.`,
      unproven: true,
    };
  return fails("Nothing in it listens on any port.");
}

const fails = (why: string): Unreached => ({ why, unproven: false });
