import { basename } from "node:path";
import type { Container, Engine, Network } from "../engine/engine.ts";
import { firstCause, UserError } from "../kit/errors.ts";
import type { Contract, Image, StackSidecar } from "../model/types.ts";
import type { BesideImage } from "../probes/probe.ts";
import { logTail } from "../probes/support/logs.ts";
import { type RoleSeen, seeRole } from "../probes/support/role.ts";
import { becomesReady, onNetwork, type SidecarSeen, startOf } from "../probes/support/sidecar.ts";
import { STAND_IN_LABEL } from "../registry/pins.ts";
import type { BesideFacts } from "./beside.ts";
import { filledContract } from "./filled-contract.ts";
import { hashOf } from "./run-directory.ts";
import type { Subject, SubjectBeside } from "./verify.ts";
import { buildSidecar, type SidecarRun } from "./sidecars.ts";

/** One image's own surroundings, for as long as its proof takes. */
export interface RunningBeside extends AsyncDisposable, SubjectBeside {}

/** The images under proof, each with surroundings of its own: what one writes into a database, the other never sees. */
export async function besideEach(
  subjects: readonly Subject[],
  request: Omit<BesideRequest, "image" | "reworked">,
): Promise<AsyncDisposable & { readonly subjects: readonly Subject[] }> {
  const all: AsyncDisposable[] = [];
  const stop = async () => {
    for (const one of all.splice(0)) await one[Symbol.asyncDispose]();
  };
  const started: Subject[] = [];
  try {
    for (const subject of subjects) {
      const { image } = subject.build;
      const one = { ...request, image, reworked: subject.reworked ?? subject.label === "after" };
      const isAlone = request.facts.stack.steps.length === 0 || image === undefined;
      const running = isAlone ? unaccompanied(one) : await startBeside(one);
      all.push(running);
      started.push({ ...subject, beside: running });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { subjects: started, [Symbol.asyncDispose]: stop };
}

export interface BesideRequest {
  readonly engine: Engine;
  readonly facts: BesideFacts;
  readonly run: SidecarRun;
  readonly contract: Contract;
  readonly image: Image | undefined;
  readonly reworked: boolean;
  readonly patienceMs?: number;
}

const PATIENCE_MS = 120_000;

const factsOf = ({ facts: { stack, roles }, reworked }: BesideRequest): BesideImage => ({
  sidecars: [],
  tasks: [],
  roles,
  reworked,
  notStarted: stack.notStarted,
  leftOut: stack.leftOut,
});

const keyOf = ({ facts: { stack, roles } }: BesideRequest): string => hashOf([stack, roles]);

/** An image with nothing beside it. */
const unaccompanied = (request: BesideRequest): RunningBeside => ({
  engine: request.engine,
  key: keyOf(request),
  image: factsOf(request),
  filled: (contract) => contract,
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

/** Starts the sidecars, each ready before what needs it, and the tasks that come before the service. */
export async function startBeside(request: BesideRequest): Promise<RunningBeside> {
  const stacked = new RunningStack(request);
  try {
    await stacked.start();
    return {
      engine: stacked.engine,
      key: keyOf(request),
      image: { ...factsOf(request), sidecars: stacked.sidecars, tasks: stacked.tasks },
      filled: (contract) => stacked.filled(contract),
      [Symbol.asyncDispose]: () => stacked.stop(),
    };
  } catch (error) {
    await stacked.stop();
    throw error;
  }
}

class RunningStack {
  readonly sidecars: SidecarSeen[] = [];
  readonly tasks: RoleSeen[] = [];
  readonly #request: BesideRequest;
  readonly #running: AsyncDisposable[] = [];
  #network: Network | undefined;
  engine: Engine;

  constructor(request: BesideRequest) {
    this.#request = request;
    this.engine = request.engine;
  }

  async start(): Promise<void> {
    const { engine, facts, run, image, contract, reworked } = this.#request;
    const network = await engine.createNetwork({ internal: false });
    this.#network = network;
    const beside = onNetwork(engine, (id, options) => engine.start(id, { network, ...options }));
    this.engine = beside;
    for (const step of facts.stack.steps) {
      if (step.kind === "sidecar") await this.#startSidecar(step.sidecar);
      else {
        const role = facts.roles.find(({ name }) => name === step.role);
        if (role === undefined || image === undefined) continue;
        run.tell(`Running ${role.name} of ${reworked ? "the reworked" : "today's"} image to its end…`);
        this.tasks.push(
          await seeRole(role, { engine: beside, image, contract: this.filled(contract), reworked, signal: run.signal }),
        );
      }
      const lost = this.sidecars.find(({ problem }) => problem !== "");
      if (lost === undefined) continue;
      this.engine = onNetwork(engine, () =>
        Promise.reject(
          new Error(`Nothing was started: its sidecar ${lost.name} (${lost.image}) was not ready: ${lost.problem}`),
        ),
      );
      return;
    }
  }

  filled(contract: Contract): Contract {
    return filledContract(contract, this.#request.facts.stack);
  }

  async stop(): Promise<void> {
    for (const one of this.#running.splice(0).toReversed()) await one[Symbol.asyncDispose]();
    await this.#network?.[Symbol.asyncDispose]();
    this.#network = undefined;
  }

  async #startSidecar(sidecar: StackSidecar): Promise<void> {
    const { run, patienceMs = PATIENCE_MS } = this.#request;
    const { name, where, build } = sidecar;
    const from = sidecar.image ?? `built from ${basename(build?.context ?? "")}`;
    const seen = { name, where, image: from, by: "", log: [] };
    let began = performance.now();
    let isHere = false;
    run.tell(`Starting ${name} beside the service…`);
    try {
      const image = await this.#imageOf(sidecar);
      isHere = true;
      began = performance.now();
      const really = image.config.labels[STAND_IN_LABEL];
      const known = really === undefined || really === "" ? seen : { ...seen, standIn: really };
      const container = await this.engine.start(image.id, { alias: name, ...startOf(sidecar) });
      this.#running.push(container);
      const { by, problem } = await becomesReady(container, sidecar.ready, { limitMs: patienceMs, signal: run.signal });
      const log = problem === "" ? [] : await lastLines(container);
      this.sidecars.push({ ...known, milliseconds: performance.now() - began, by, problem, log });
    } catch (error) {
      run.signal.throwIfAborted();
      const cause = firstCause(error);
      if (cause instanceof UserError && cause.code === "engine/lost") throw cause;
      const problem = cause instanceof Error ? cause.message : String(cause);
      const milliseconds = performance.now() - began;
      this.sidecars.push({ ...seen, milliseconds, problem, ...(isHere ? {} : { lacking: true }) });
    }
  }

  #imageOf({ name, image, build }: StackSidecar): Promise<Image> {
    const { engine, run } = this.#request;
    return build === undefined ? engine.ensure(image ?? "") : buildSidecar(name, build, { ...run, engine });
  }
}

const lastLines = async (container: Container): Promise<SidecarSeen["log"]> =>
  logTail(await container.logs()).slice(-20);
