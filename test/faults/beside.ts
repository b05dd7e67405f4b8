import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startBeside } from "../../src/pipeline/start-beside.ts";
import type { ProbeContext } from "../../src/probes/probe.ts";
import { readBeside, type StackRequest } from "../../src/project/stack/read-stack.ts";
import { memoryTree } from "../../src/project/tree.ts";
import type { Fault } from "./fault.ts";
import { replaceAll, SERVICE } from "./variant.ts";

/** Checks that look at more than the service alone; for the others nothing is started beside it. */
const BESIDE = new Set(["sidecars-ready", "roles-run", "role-programs-present", "routes-answer"]);

type Beside = AsyncDisposable & { readonly context: ProbeContext };
interface Place {
  readonly runId: string;
  readonly directory: string;
}

/** The context with the sidecars and the roles of the Compose file, read and started as the pipeline does. */
export async function besideOf(context: ProbeContext, fault: Fault | undefined, place: Place): Promise<Beside> {
  const ids = fault === undefined ? [...BESIDE] : [...fault.breaks, ...(fault.keeps ?? [])];
  if (fault?.beside !== true && !ids.some((id) => BESIDE.has(id)))
    return { context, [Symbol.asyncDispose]: () => Promise.resolve() };
  const text = replaceAll(await readFile(join(SERVICE, "compose.yaml"), "utf8"), fault?.compose ?? []);
  return await besideCompose(context, text, { ...place, patienceMs: 5000 });
}

/** The same for any Compose file. */
export async function besideCompose(
  context: ProbeContext,
  text: string,
  {
    runId,
    directory,
    patienceMs,
    roles = [],
  }: Place & { readonly patienceMs?: number; readonly roles?: StackRequest["roles"] },
): Promise<Beside> {
  const tree = memoryTree({ "compose.yaml": text });
  const source = { tree, read: (file: string) => Promise.resolve(tree.read(file)), files: undefined };
  const known = { root: "/service", wanted: "all", own: [], starts: [], kept: undefined } as const;
  const found = await readBeside({ ...known, roles, source, dockerfiles: ["Dockerfile"], reworked: {} }, []);
  const { engine, image, signal } = context;
  const running = await startBeside({
    engine,
    facts: { ...found, isSettled: true },
    run: { directory, runId, ca: undefined, signal, tell: () => {} },
    contract: context.contract,
    image,
    reworked: true,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  return {
    context: { ...context, engine: running.engine, contract: running.filled(context.contract), beside: running.image },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
