import { join, resolve } from "node:path";
import type { Container, Engine } from "../engine/engine.ts";
import { UserError } from "../kit/errors.ts";
import { makeFolder } from "../kit/files.ts";
import type { Contract, Image, StackSidecar } from "../model/types.ts";
import { poll } from "../probes/support/time.ts";
import type { Sidecar } from "./config.ts";
import type { Run } from "./run-directory.ts";
import type { Session } from "./session.ts";

/** What the service under proof talks to, running beside it for as long as the proof takes. */
export interface Sidecars extends AsyncDisposable {
  /** The contract with addresses in place of names: `http://{aws}` becomes `http://172.17.0.5:5555`. */
  withAddresses(contract: Contract): Contract;
}

export interface SidecarFacts {
  readonly engine: Pick<Engine, "build" | "ensure" | "start">;
  readonly sidecars: readonly Sidecar[];
  /** The service's folder; a sidecar's `build` is relative to it. */
  readonly folder: string;
  /** Where build logs go. */
  readonly directory: string;
  readonly runId: string;
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  readonly tell: (line: string) => void;
  readonly patienceMs?: number;
}

export const sidecarFacts = (session: Session, run: Run, engine: SidecarFacts["engine"]): SidecarFacts => ({
  engine,
  sidecars: session.config.sidecars,
  folder: session.folder,
  directory: run.directory,
  runId: run.id,
  ca: session.ca,
  signal: session.world.signal,
  fetch: session.world.fetch,
  tell: session.world.tell,
});

const PATIENCE_MS = 120_000;

/**
 * Builds or gets every sidecar, starts it and waits until it answers.
 * @throws UserError `sidecar/not-healthy` when one does not answer, and the engine's own errors.
 */
export async function startSidecars(facts: SidecarFacts): Promise<Sidecars> {
  const running: Container[] = [];
  const stop = async () => {
    for (const container of running.splice(0)) await container[Symbol.asyncDispose]();
  };
  const addresses = new Map<string, string>();
  try {
    for (const sidecar of facts.sidecars) {
      facts.tell(`Starting ${sidecar.name} beside the service…`);
      const image = await imageOf(sidecar, facts);
      const container = await facts.engine.start(image, { env: sidecar.env ?? {} });
      running.push(container);
      await answering(container, sidecar, facts);
      addresses.set(sidecar.name, container.url(sidecar.port, "/").host);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    withAddresses: (contract) => ({
      ...contract,
      env: contract.env.map((one) => ({ ...one, example: filled(one.example, addresses) })),
    }),
    [Symbol.asyncDispose]: stop,
  };
}

const filled = (value: string, addresses: ReadonlyMap<string, string>): string =>
  value.replaceAll(/\{([\w-]+)\}/g, (whole, name: string) => addresses.get(name) ?? whole);

async function imageOf(sidecar: Sidecar, facts: SidecarFacts): Promise<string> {
  if (sidecar.build === undefined && sidecar.image === undefined)
    throw new UserError("config/bad-value", `The sidecar ${sidecar.name} has neither \`image\` nor \`build\``, {
      hint: "Name an image, or a folder with a Dockerfile.",
    });
  if (sidecar.build === undefined) return (await facts.engine.ensure(sidecar.image ?? "")).id;
  const context = resolve(facts.folder, sidecar.build);
  const image = await buildSidecar(sidecar.name, { context, dockerfile: join(context, "Dockerfile") }, facts);
  return image.id;
}

/** Builds the image of a sidecar, which goes away with the run. */
export async function buildSidecar(
  name: string,
  { context, dockerfile, target }: NonNullable<StackSidecar["build"]>,
  { engine, directory, runId, ca, signal }: Pick<SidecarFacts, "engine" | "directory" | "runId" | "ca" | "signal">,
): Promise<Image> {
  const logs = join(directory, "logs");
  await makeFolder(logs);
  const { image } = await engine.build({
    context,
    dockerfile,
    ...(target === undefined ? {} : { target }),
    tag: `seaworthy/sidecar-${name.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-")}:${runId}`,
    noCache: false,
    buildArgs: {},
    secrets: ca === undefined ? {} : { "ca-bundle": ca },
    contexts: {},
    logFile: join(logs, `sidecar-${name}.log`),
    signal,
  });
  return image;
}

async function answering(container: Container, sidecar: Sidecar, facts: SidecarFacts): Promise<void> {
  const url = container.url(sidecar.port, sidecar.health);
  const ask = async (): Promise<true | undefined> => {
    const answer = await facts.fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok === true ? true : undefined;
  };
  if ((await poll(ask, { everyMs: 200, limitMs: facts.patienceMs ?? PATIENCE_MS, signal: facts.signal })) === true)
    return;
  const log = (await container.logs()).slice(-10).map(({ text }) => text);
  throw new UserError("sidecar/not-healthy", `${sidecar.name} does not answer ${sidecar.health} on ${sidecar.port}`, {
    hint: "Look at its log, and at `port` and `health` under `sidecars`.",
    details: log,
  });
}
