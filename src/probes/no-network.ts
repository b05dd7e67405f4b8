import type { Container } from "../engine/engine.ts";
import type { Probe } from "./probe.ts";
import { watchExit } from "./support/exit-watch.ts";
import { healthPath, isHealthy, type Outcome } from "./support/health.ts";
import { lastLine, logTail } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import { runPython } from "./support/python.ts";
import { requiredEnv } from "./support/service.ts";
import { poll, within } from "./support/time.ts";

/** Whether the service becomes healthy when it can reach nobody. */
export interface NoNetwork extends Outcome {
  readonly milliseconds: number;
  /** What it talks to otherwise, by name; none of it is reached here. */
  readonly sidecars?: readonly string[];
}

export const noNetwork: Probe<NoNetwork> = {
  id: "no-network",
  title: "Run the image with no network at all",
  runs: "beside-others",
  version: 3,
  async collect(context) {
    const { contract, engine, image, beside } = context;
    const limitMs = startPatience(contract);
    const signal = within(context.signal, limitMs + 30_000, "The run without a network");
    await using container = await engine.start(image.id, { env: requiredEnv(contract), network: "none" });
    await using watch = watchExit(container, signal);
    const script = question(contract.port, healthPath(contract));
    let refused = 0;
    const status = await poll(
      async () => {
        if (watch.exit !== undefined) return 0;
        const seen = await askInside(container, script, signal);
        // A container that is just ending refuses as well; one that goes on refusing has no Python to ask with.
        refused = seen === "no Python" ? refused + 1 : 0;
        if (refused > 3) throw new Error(NO_PYTHON);
        return typeof seen === "number" && isHealthy(contract, seen) ? seen : undefined;
      },
      { everyMs: 500, limitMs, signal },
    );
    const milliseconds = performance.now() - container.startedAt;
    const log = logTail(await container.logs());
    const healthy = status !== undefined && status !== 0;
    const sidecars = beside?.sidecars.map(({ name }) => name) ?? [];
    return { healthy, milliseconds, problem: healthy ? "" : lastLine(log), log: log.slice(-50), sidecars };
  },
};

const NO_PYTHON = "Without a network only the image's own Python could ask the service, and there is none on its PATH.";

/** Nobody outside can ask, so the question is asked inside, with the image's own Python. */
const question = (port: number, path: string): string =>
  [
    "import http.client",
    `c=http.client.HTTPConnection('127.0.0.1',${port},timeout=5)`,
    `c.request('GET',${JSON.stringify(path)})`,
    "print(c.getresponse().status)",
  ].join("\n");

async function askInside(
  container: Container,
  script: string,
  signal: AbortSignal,
): Promise<number | "no Python" | undefined> {
  const result = await runPython(container, script, { signal });
  if (result === undefined) return "no Python";
  const status = Number(result.stdout.trim());
  return result.code === 0 && status >= 100 ? status : undefined;
}
