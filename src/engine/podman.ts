import { setTimeout as pause } from "node:timers/promises";
import type { HealthSaid } from "./engine.ts";
import { execIn } from "./exec.ts";
import type { EngineHttp } from "./http.ts";
import { encodePath } from "./image.ts";

/** What Podman says and does in its own API alone: in Docker's it leaves these out. */

/** The HEALTHCHECK of an image as Docker's API would show it. */
interface OwnImage {
  readonly ManifestType?: string;
  readonly Healthcheck?: { readonly Test?: readonly string[] | null } | null;
}

export interface OwnHealth {
  readonly healthcheck: OwnImage["Healthcheck"];
  /** Why it may have one all the same. */
  readonly unread: string | undefined;
}

export async function ownHealthOf(http: EngineHttp, reference: string): Promise<OwnHealth> {
  const own = await http.json<OwnImage>("GET", `/libpod/images/${encodePath(reference)}/json`);
  const hidden = own.Healthcheck === undefined && own.ManifestType?.startsWith("application/vnd.oci.") === true;
  return {
    healthcheck: own.Healthcheck,
    unread: hidden
      ? "podman reads no HEALTHCHECK of an image in OCI format, so whether there is one is not known; give it the image in Docker's format."
      : undefined,
  };
}

/** How the health command of a container is run. */
export interface HealthCommand {
  /** As in a HEALTHCHECK: `CMD` and words, or `CMD-SHELL` and a line. */
  readonly test: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/**
 * Runs the health command in the container until it says what is wanted. Podman leaves the repeating to systemd, which
 * is not there on every machine, and through Docker's API it takes the words of a command apart at their blanks.
 */
export async function healthCommandSays(
  target: { readonly http: EngineHttp; readonly id: string; readonly command: HealthCommand },
  wanted: "healthy" | "unhealthy",
  signal: AbortSignal,
): Promise<void> {
  while ((await runHealthCommand(target.http, target.id, target.command, signal)) !== wanted)
    await pause(target.command.intervalMs, undefined, { signal });
}

/** Runs the health command once. */
export async function runHealthCommand(
  http: EngineHttp,
  id: string,
  command: HealthCommand,
  signal?: AbortSignal,
): Promise<"healthy" | "unhealthy"> {
  return (await sayHealthCommand(http, id, command, signal)).code === 0 ? "healthy" : "unhealthy";
}

/** The same, with what it printed. */
export async function sayHealthCommand(
  http: EngineHttp,
  id: string,
  { test, timeoutMs }: HealthCommand,
  signal?: AbortSignal,
): Promise<HealthSaid> {
  const [form, ...words] = test;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  const end = () => limit.abort();
  signal?.addEventListener("abort", end, { once: true });
  try {
    const argv = form === "CMD-SHELL" ? ["/bin/sh", "-c", ...words] : words;
    const { code, stdout, stderr } = await execIn(http, id, argv, { signal: limit.signal });
    return { code, output: `${stdout}${stderr}` };
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.signal.aborted) return { code: -1, output: `It took longer than ${timeoutMs / 1000} s.` };
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}
