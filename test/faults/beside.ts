import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startBeside } from "../../src/pipeline/start-beside.ts";
import type { ProbeContext } from "../../src/probes/probe.ts";
import { readBeside } from "../../src/project/stack/read-stack.ts";
import { memoryTree } from "../../src/project/tree.ts";
import type { Fault } from "./fault.ts";
import { replaceAll, SERVICE } from "./variant.ts";

/** Checks that look at more than the service alone; for the others nothing is started beside it. */
const BESIDE = new Set(["sidecars-ready", "roles-run", "role-programs-present", "routes-answer"]);

/** The context with the sidecars and the roles of the Compose file, read and started as the pipeline does. */
export async function besideOf(
  context: ProbeContext,
  fault: Fault | undefined,
  { runId, directory }: { readonly runId: string; readonly directory: string },
): Promise<AsyncDisposable & { readonly context: ProbeContext }> {
  const ids = fault === undefined ? [...BESIDE] : [...fault.breaks, ...(fault.keeps ?? [])];
  if (!ids.some((id) => BESIDE.has(id))) return { context, [Symbol.asyncDispose]: () => Promise.resolve() };
  const text = replaceAll(await readFile(join(SERVICE, "compose.yaml"), "utf8"), fault?.compose ?? []);
  const tree = memoryTree({ "compose.yaml": text });
  const source = { tree, read: (file: string) => Promise.resolve(tree.read(file)), files: undefined };
  const known = { root: "/service", wanted: "all", roles: [], starts: [], kept: undefined } as const;
  const found = await readBeside({ ...known, source, dockerfiles: ["Dockerfile"], reworked: {} }, []);
  const { engine, image, signal } = context;
  const running = await startBeside({
    engine,
    facts: { ...found, isSettled: true },
    own: { sidecars: [], folder: directory, directory, runId, ca: undefined, signal, fetch, tell: () => {} },
    contract: context.contract,
    image,
    reworked: true,
    patienceMs: 5000,
  });
  return {
    context: { ...context, engine: running.engine, contract: running.filled(context.contract), beside: running.image },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
