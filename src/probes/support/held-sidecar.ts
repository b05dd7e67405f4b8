import { randomBytes } from "node:crypto";
import type { Container } from "../../engine/engine.ts";
import type { ProbeContext } from "../probe.ts";
import { type InFlight, heldBetween } from "./in-flight.ts";
import { findPrograms } from "./on-path.ts";
import { requiredEnv } from "./service.ts";
import { poll } from "./time.ts";
import { serviceUrl, spokenBy } from "./wire.ts";

/** A sidecar that variables of the service name as a host, and the ports under which they do. */
interface Named {
  readonly name: string;
  readonly ports: readonly number[];
}

/** Ports that an address stands for when it names none. */
const USUAL: Readonly<Record<string, number>> = {
  amqp: 5672,
  http: 80,
  mongodb: 27_017,
  mysql: 3306,
  postgres: 5432,
  postgresql: 5432,
  redis: 6379,
};

/** Several experiments run at once beside the same sidecar, each with doors of its own. */
const aliasOf = (name: string, doors: string): string => `${name}-held-${doors}`;

/** Each place in a value where a sidecar is named as a host, by an address or with a port. */
const placesOf = (name: string): RegExp =>
  new RegExp(
    `(?:\\b([a-z]+)(?:\\+\\w+)?://(?:[^@/\\s]*@)?|(?:^|[@,;=\\s]))${name.replaceAll(/[^\w-]/g, "\\$&")}(?::(\\d+))?(?=$|[/,;?\\s])`,
    "g",
  );

/** What of the environment names sidecars by an address, and the same with the doors in their place. */
export function behindDoors(
  env: Readonly<Record<string, string>>,
  sidecars: readonly string[],
  doors: string,
): { readonly env: Readonly<Record<string, string>>; readonly named: readonly Named[] } {
  const ports = new Map<string, Set<number>>();
  const values = Object.entries(env).map(([variable, value]) => {
    let through = value;
    for (const name of sidecars)
      through = through.replaceAll(placesOf(name), (whole, scheme: string | undefined, port: string | undefined) => {
        const known = port === undefined ? USUAL[scheme ?? ""] : Number(port);
        if (known === undefined) return whole;
        ports.set(name, (ports.get(name) ?? new Set()).add(known));
        const host = whole.lastIndexOf(name);
        return `${whole.slice(0, host)}${aliasOf(name, doors)}${whole.slice(host + name.length)}`;
      });
    return [variable, through] as const;
  });
  const named = [...ports].map(([name, known]) => ({ name, ports: [...known] }));
  return { env: Object.fromEntries(values), named };
}

/** Doors between the service and its sidecars: they hand everything on, unless they are shut. */
export interface Doors extends AsyncDisposable {
  /** The environment in which the service goes through them. */
  readonly env: Readonly<Record<string, string>>;
  /** What comes meanwhile waits behind them. */
  shut(): Promise<void>;
  open(): Promise<void>;
}

const OPENS_MS = 10_000;

/** Undefined where no variable holds a sidecar's address, or the image has no Python to make a door of. */
export async function openDoors(context: ProbeContext, signal: AbortSignal): Promise<Doors | undefined> {
  const { engine, image, contract, beside } = context;
  const id = randomBytes(4).toString("hex");
  const { env, named } = behindDoors(requiredEnv(contract), beside?.sidecars.map(({ name }) => name) ?? [], id);
  if (named.length === 0) return undefined;
  const [python] = (await findPrograms(engine, image, ["python3", "python"])).values();
  if (python === undefined) return undefined;
  const doors: Container[] = [];
  const stop = async () => {
    for (const door of doors.splice(0)) await door[Symbol.asyncDispose]();
  };
  try {
    for (const { name, ports } of named) {
      const entrypoint = [python, "-I", "-c", DOOR, name, ...ports.map(String)];
      const door = await engine.start(image.id, {
        entrypoint,
        command: [],
        alias: aliasOf(name, id),
        noNewPrivileges: true,
      });
      doors.push(door);
      const isOpen = async () => ((await door.logs()).some(({ text }) => text === OPEN) ? true : undefined);
      if ((await poll(isOpen, { everyMs: 100, limitMs: OPENS_MS, signal })) === undefined) {
        await stop();
        return undefined;
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const all = async (name: "SIGSTOP" | "SIGCONT") => {
    await Promise.all(doors.map((door) => door.signal(name)));
  };
  return { env, shut: () => all("SIGSTOP"), open: () => all("SIGCONT"), [Symbol.asyncDispose]: stop };
}

const OPEN = "open";

/** Hands on what comes on each port to the same port of the sidecar. A stopped process hands on nothing, and loses nothing. */
const DOOR = `
import socket, sys, threading

def hand_on(a, b):
    try:
        for data in iter(lambda: a.recv(65536), b""):
            b.sendall(data)
    except OSError:
        pass
    try:
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass

def join(near, host, port):
    with near:
        try:
            far = socket.create_connection((host, port), 10)
        except OSError:
            return
        with far:
            far.settimeout(None)
            back = threading.Thread(target=hand_on, args=(far, near), daemon=True)
            back.start()
            hand_on(near, far)
            back.join()

def serve(listener, host, port):
    while True:
        near, _ = listener.accept()
        threading.Thread(target=join, args=(near, host, port), daemon=True).start()

host, *ports = sys.argv[1:]
for port in map(int, ports):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", port))
    listener.listen(64)
    threading.Thread(target=serve, args=(listener, host, port)).start()
print("${OPEN}", flush=True)
`;

/**
 * Holds a request in flight by shutting the doors: a route that asks a sidecar waits behind them.
 * @returns undefined when no route asks one.
 */
export async function heldRequest(
  container: Container,
  { contract }: Pick<ProbeContext, "contract">,
  { doors, paths, holdMs }: { readonly doors: Doors; readonly paths: readonly string[]; readonly holdMs: number },
): Promise<InFlight | undefined> {
  for (const path of paths.slice(0, MOST_PATHS)) {
    const url = serviceUrl(container, contract.port, path);
    const held = await heldBetween(url, path, { ...doors, holdMs }, spokenBy(container).wire);
    if (held !== undefined) return held;
  }
  return undefined;
}

const MOST_PATHS = 6;
