import type { Container } from "../engine/engine.ts";
import { UserError } from "../kit/errors.ts";
import { business } from "../kit/machine.ts";
import type { Contract } from "../model/types.ts";
import { isBeside, mostLikely } from "../planner/image-port.ts";
import { watchExit } from "../probes/support/exit-watch.ts";
import { type Listening, listeningIn } from "../probes/support/listening.ts";
import { startPatience } from "../probes/support/patience.ts";
import { requiredEnv } from "../probes/support/service.ts";
import { saysItWorks } from "../probes/support/settle.ts";
import { poll } from "../probes/support/time.ts";
import type { Subject } from "./verify.ts";

const EVERY_MS = 250;
const MORE_MS = 3000;
/** A server that says that it listens does so by then. */
const SAYS_MS = 3000;

/** What an image that names no port was seen to do. */
type FirstLook =
  | { readonly does: "serve"; readonly port: number }
  | { readonly does: "work" }
  /** It listens where nobody outside reaches it, has ended, or nobody can look. */
  | { readonly does: "hide" | "end" | "unknown" };

/** The contract of an image whose port nobody names, by what the image was seen to do; any other contract as it is. */
export async function withFirstLook(
  contract: Contract,
  { build: { image }, beside }: Subject,
  { tell, signal }: { readonly tell: (line: string) => void; readonly signal: AbortSignal },
): Promise<Contract> {
  if (contract.kind !== "unknown" || image === undefined || beside === undefined) return contract;
  const { engine, filled } = beside;
  const env = requiredEnv(filled(contract));
  const seen = await engine.unlessLost(async () => {
    try {
      await using container = await engine.start(image.id, { env });
      return await look(container, contract, signal);
    } catch (error) {
      signal.throwIfAborted();
      // That it does not start is for the checks to tell.
      if (error instanceof UserError && error.code === "engine/start-failed") return ENDS;
      throw error;
    }
  });
  tell(toldOf(seen, contract));
  const { kind: _, ...server } = contract;
  if (seen.does === "serve") return { ...server, port: seen.port };
  // Whoever names a health path has a server, and so has what listens somewhere.
  if (seen.does === "hide" || contract.health !== undefined) return server;
  return seen.does === "work" ? { ...contract, kind: "worker" } : contract;
}

const ENDS: FirstLook = { does: "end" };

/** Asks the kernel until it listens, as long as a start may take: a slow server is silent until then as well. */
async function look(container: Container, contract: Contract, signal: AbortSignal): Promise<FirstLook> {
  await using watch = watchExit(container, signal);
  const seen: { listening: Listening | undefined; ports: readonly number[] } = { listening: undefined, ports: [] };
  let worksSince: number | undefined;
  const until = (enough: (ports: readonly number[]) => boolean) => async (): Promise<true | undefined> => {
    if (watch.exit !== undefined) return true;
    seen.listening = (await listeningIn(container, signal)) ?? seen.listening;
    seen.ports = placesOf(seen.listening).flatMap(({ port, reach }) => (reach === "all" ? [port] : []));
    return enough(seen.ports) ? true : undefined;
  };
  const saysSo = async (): Promise<boolean> => {
    if (seen.listening === undefined || worksSince !== undefined) return worksSince !== undefined;
    if (saysItWorks(await container.logs())) worksSince = performance.now();
    return false;
  };
  const works = async (): Promise<boolean> =>
    (await saysSo()) && performance.now() - (worksSince ?? 0) >= SAYS_MS * business();
  const listens = until((ports) => ports.length > 0);
  await poll(async () => (await listens()) ?? ((await works()) ? true : undefined), {
    everyMs: EVERY_MS,
    limitMs: startPatience(contract),
    signal,
  });
  if (seen.ports.length > 0)
    // What has several opens them one after the other, the one for its figures most often first.
    await poll(
      until((ports) => ports.some((port) => !isBeside(port))),
      { everyMs: EVERY_MS, limitMs: MORE_MS, signal },
    );
  const port = mostLikely(seen.ports);
  if (port !== undefined) return { does: "serve", port };
  if (watch.exit !== undefined) return ENDS;
  if (seen.listening === undefined) return { does: "unknown" };
  return placesOf(seen.listening).length + seen.listening.unix.length > 0 ? { does: "hide" } : { does: "work" };
}

/** From here on the kernel chooses: what a program opens for itself, and nobody outside could know. */
const EPHEMERAL = 32_768;

const placesOf = (listening: Listening | undefined): Listening["tcp"] =>
  (listening?.tcp ?? []).filter(({ port }) => port < EPHEMERAL);

const NAME_IT = "Where that is wrong, say `decisions: { ports: 8000 }` or `kind: worker` in seaworthy.yaml.";

function toldOf(seen: FirstLook, { port }: Contract): string {
  if (seen.does === "serve") return `It names no port, and listens on ${seen.port}: that one is asked. ${NAME_IT}`;
  if (seen.does === "work") return `It listens on no port, so it is proven as a worker. ${NAME_IT}`;
  if (seen.does === "end") return `It names no port, and did not run on. ${NAME_IT}`;
  if (seen.does === "hide")
    return `It names no port, and listens where nobody outside reaches it, so ${port} is asked. ${NAME_IT}`;
  return `It names no port, and nothing in it can tell on which it listens, so ${port} is asked. ${NAME_IT}`;
}
