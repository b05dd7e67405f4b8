import type { Container, StartOptions } from "../../engine/engine.ts";
import { business } from "../../kit/machine.ts";
import type { Contract, Image } from "../../model/types.ts";
import { frameworkHook } from "./framework-hook.ts";
import { healthPath } from "./ask-health.ts";
import { askService } from "./ask-service.ts";
import { injected } from "./inject.ts";

/** Paths of the injected switch. */
const FAIL = "/__seaworthy/fail";
const WORK = "/__seaworthy/work";
const ANSWER_MS = 5000;

/** How to start an image whose every route can be made to answer 500 from outside. */
export function errorPages(
  image: Image,
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<Pick<StartOptions, "mounts" | "env">> {
  return injected(image, { directory, name: "error-pages", script: PAGES }, env);
}

/** From now on every route answers 500, in all of the service's processes.
 * @returns False when the switch did not reach the service: neither its framework nor its server is known, or Python runs
 * isolated. */
export async function failFromNowOn(container: Container, contract: Contract, signal: AbortSignal): Promise<boolean> {
  const { status } = asker(container, contract, signal);
  return (await status(FAIL)) === 200 && (await status(healthPath(contract))) === 500;
}

/** Undoes it. */
export async function workFromNowOn(container: Container, contract: Contract, signal: AbortSignal): Promise<void> {
  await asker(container, contract, signal).status(WORK);
}

const asker = (container: Container, contract: Contract, signal: AbortSignal) => ({
  status: async (path: string): Promise<number | undefined> => {
    const asked = askService(container, contract.port, path, { timeoutMs: ANSWER_MS * business(), signal });
    const answer = await asked.catch(() => {
      signal.throwIfAborted();
      return undefined;
    });
    return answer?.status;
  },
});

/** A file and no variable: a service may have several processes. */
const PAGES: string = frameworkHook(`
import os

SWITCHED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seen", "failing")

def decide(path, query):
    if path == ${JSON.stringify(WORK)}:
        try:
            os.unlink(SWITCHED)
        except OSError:
            return None
        return 0, 200
    if path == ${JSON.stringify(FAIL)}:
        try:
            os.close(os.open(SWITCHED, os.O_WRONLY | os.O_CREAT, 0o644))
        except OSError:
            return None
        return 0, 200
    return (0, 500) if os.path.exists(SWITCHED) else None
`);
