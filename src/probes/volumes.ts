import type { Probe, ProbeContext } from "./probe.ts";
import type { Container } from "../engine/engine.ts";
import { firstHealthy, whyUnhealthy } from "./support/health.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import { runPython } from "./support/python.ts";
import { startService } from "./support/service.ts";
import { within } from "./support/time.ts";

/** The service with a new volume at each path where the contract lets it store something. */
export interface Volumes {
  readonly paths: readonly string[];
  readonly healthy: boolean;
  readonly problem: string;
  /** Paths at which the service's user could not create a file, with the reason; undefined when that could not be asked. */
  readonly refused: ReadonlyArray<{ readonly path: string; readonly reason: string }> | undefined;
  readonly log: readonly LoggedLine[];
}

/** What a container gets as a tmpfs, not as a volume. */
const TEMPORARY = /^\/(?:tmp|run|var\/tmp|dev\/shm)(?:\/|$)/;

export const volumes: Probe<Volumes> = {
  id: "volumes",
  title: "Run the image with a new volume at each path it may write to",
  runs: "beside-others",
  needsHealthy: true,
  version: 1,
  async collect(context) {
    const { contract } = context;
    const paths = contract.writablePaths.filter((path) => !TEMPORARY.test(path));
    if (paths.length === 0) return { paths, healthy: true, problem: "", refused: [], log: [] };
    const limitMs = startPatience(contract);
    const signal = within(context.signal, limitMs + 60_000, "The run with volumes");
    const tmpfs = contract.writablePaths.filter((path) => TEMPORARY.test(path));
    await using container = await startService(context, { readOnly: true, tmpfs, volumes: paths });
    const health = await firstHealthy(container, contract, { limitMs, signal });
    const refused = health.healthy ? await refusedPaths(container, paths, signal) : undefined;
    const log = logTail(await container.logs());
    return { paths, healthy: health.healthy, problem: whyUnhealthy(health, log), refused, log };
  },
} satisfies Probe<Volumes>;

/** Creates a file at each path, as the user that the service runs as. */
async function refusedPaths(
  container: Container,
  paths: readonly string[],
  signal: ProbeContext["signal"],
): Promise<Volumes["refused"]> {
  const result = await runPython(container, SCRIPT.replace("PATHS", JSON.stringify(paths)), { signal });
  if (result === undefined || result.code !== 0) return undefined;
  const reasons = JSON.parse(result.stdout) as Readonly<Record<string, string>>;
  return Object.entries(reasons).map(([path, reason]) => ({ path, reason }));
}

const SCRIPT = `
import json, os
refused = {}
for path in PATHS:
    name = os.path.join(path, ".seaworthy")
    try:
        open(name, "x").close()
        os.remove(name)
    except OSError as error:
        refused[path] = os.strerror(error.errno)
print(json.dumps(refused))
`;
