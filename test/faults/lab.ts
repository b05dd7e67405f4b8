import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Check, judge, type JudgeContext } from "../../src/checks/check.ts";
import { checks } from "../../src/checks/index.gen.ts";
import { exampleContract } from "../../src/checks/support/examples.ts";
import { connectEngine } from "../../src/engine/connect.ts";
import type { ConnectedEngine, Engine } from "../../src/engine/engine.ts";
import { UserError } from "../../src/kit/errors.ts";
import { run } from "../../src/kit/exec.ts";
import type { Build, BuildSide, Contract, Image, Seen, Service, Verdict } from "../../src/model/types.ts";
import { type Layers, layers } from "../../src/probes/layers.ts";
import type { Probe, ProbeContext } from "../../src/probes/probe.ts";
import { pause } from "../../src/probes/support/time.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { besideOf } from "./beside.ts";
import type { Fault } from "./fault.ts";
import { buildVariant, digestOfBase, replaceAll, SERVICE } from "./variant.ts";

/** Builds the small service, healthy or with a fault, and lets the catalogue judge it. */
export interface FaultLab extends AsyncDisposable {
  readonly engine: Engine;
  /** How often something was done again because the engine crashed meanwhile. */
  readonly repeated: number;
  /**
   * Verdicts by check id. Each probe runs once, and once more only when the engine crashed meanwhile: what it could
   * not finish tells nothing of the image.
   * @throws Error when the engine crashes again and again.
   * @param look At the same image, by its name, once it is judged: for whoever judges it beside us.
   */
  verdicts(
    fault: Fault | undefined,
    wanted: readonly Check[],
    look?: (image: string) => Promise<void>,
  ): Promise<ReadonlyMap<string, Verdict>>;
}

const contract: Contract = {
  ...exampleContract,
  writablePaths: ["/data"],
  env: [
    { name: "GREETING", required: true, secret: false, example: "hello" },
    {
      name: "API_TOKEN",
      required: true,
      secret: true,
      example: "token-for-tests-0123456789",
      settings: { model: "Settings", fields: ["token"] },
    },
  ],
  signals: { stop: "SIGTERM", graceSeconds: 4 },
  limits: { ...exampleContract.limits, startSeconds: 8 },
};

/** What the image of a fault promises. */
const contractOf = (fault: Fault | undefined): Contract =>
  fault?.kind === undefined ? contract : { ...contract, kind: fault.kind, health: undefined };

/** What the analysis would have found in the service. It calls the interpreter, which is there, unless the fault calls another program. */
async function serviceOf(fault: Fault | undefined): Promise<Service> {
  const evidence = { file: "app.py", line: 20, text: "" };
  const task = replaceAll(await readFile(join(SERVICE, "task-definition.json"), "utf8"), fault?.task ?? []);
  const { taskDefinitions, outsideLimits } = await readService(
    memoryTree({
      "task-definition.json": task,
      ...(fault?.pod === undefined ? {} : { "pod.yaml": fault.pod }),
      ...(fault?.limits === undefined
        ? {}
        : { "compose.yaml": `services:\n  demo: { build: ., ports: ["8000:8000"], ${fault.limits} }\n` }),
    }),
  );
  return {
    name: "demo",
    git: { repository: true, commit: "4be1f2c", dirty: [] },
    files: ["app.py"],
    lock: { path: "requirements.txt", packages: [{ name: "demo", version: "1.0", source: "registry" }] },
    healthPaths: ["/health", "/ready"].map((value) => ({ value, confidence: "certain", evidence: [] })),
    routes: [
      { method: "GET", path: "/items", evidence },
      { method: "GET", path: "/events", evidence },
      { method: "WEBSOCKET", path: "/ws", evidence },
    ],
    writes: [{ path: "/tmp", when: "request", evidence }],
    taskDefinitions,
    outsideLimits,
    programs: [{ program: fault?.calls ?? "python3", confidence: "certain", evidence }],
  } as unknown as Service;
}

/** @param signal Ends everything that runs. */
export async function openLab(signal: AbortSignal): Promise<FaultLab> {
  const runId = `faults-${randomBytes(4).toString("hex")}`;
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-faults-"));
  const engine = await connectEngine({ runId, signal, env: process.env });
  const tags: string[] = [];
  let repeated = 0;
  const digest = await digestOfBase(signal);
  const changing = createServer((_, response) => void response.end(randomBytes(16))).listen(0, "127.0.0.1");
  await once(changing, "listening");
  let healthy: Measures | undefined;
  /** The healthy service is measured once, although two tight faults ask at once. */
  let measured: Promise<unknown> | undefined;
  const places = new Places(AT_ONCE);
  const builds = new Places(1);
  const judgeOnce: FaultLab["verdicts"] = async (fault, wanted, look) => {
    const name = (fault?.name ?? "healthy").replace(/[^a-z0-9]+/gi, "-").toLowerCase();
    const tag = `seaworthy-${runId}:${name}`;
    tags.push(tag, `${tag}-edited`);
    const service = await serviceOf(fault);
    const build = await buildVariant(engine, {
      fault,
      folder: join(folder, name),
      tag,
      signal,
      digest,
      turn: () => builds.take(),
      seconds: healthy === undefined ? 0 : secondsAbove(healthy, fault),
      changing: `http://127.0.0.1:${(changing.address() as AddressInfo).port}/changing`,
    });
    const context: ProbeContext = {
      engine,
      image: build.image as Image,
      service,
      contract: contractOf(fault),
      build,
      evidenceDirectory: join(folder, name, "evidence"),
      shared: {},
      signal,
    };
    await mkdir(context.evidenceDirectory, { recursive: true });
    await using beside = await besideOf(context, fault, { runId, directory: join(folder, name) });
    const seen = await collect(beside.context, [...new Set(wanted.map(({ needs }) => needs))]);
    if (fault === undefined) healthy = measuresOf(build, seen);
    await look?.(tag);
    const limits = fault?.tight === true && healthy !== undefined ? limitsFor(healthy) : contract.limits;
    const judged: JudgeContext = {
      contract: { ...contractOf(fault), limits },
      service,
      side: "after",
      before: { ...(fault?.tight === true ? healthy?.layers : HUGE), visits: ANSWERED },
    };
    return new Map(wanted.map((check) => [check.id, judge(check, seen.get(check.needs), judged)]));
  };
  const lab: FaultLab = {
    engine,
    get repeated() {
      return repeated;
    },
    async verdicts(fault, wanted, look) {
      if (fault?.tight === true && healthy === undefined)
        await (measured ??= lab.verdicts(undefined, checksNamed(["size"])));
      await using _ = await places.take();
      for (let crashes = 1; ; crashes += 1)
        try {
          return await engine.unlessLost(() => judgeOnce(fault, wanted, look));
        } catch (error) {
          if (!(error instanceof UserError && error.code === "engine/lost") || crashes === MOST_CRASHES) throw error;
          repeated += 1;
          await answers(engine, signal);
        }
    },
    async [Symbol.asyncDispose]() {
      changing.close();
      for (const tag of tags) await engine.removeImage(tag).catch(() => {});
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return lab;
}

/** What the healthy service took and weighed, on this machine, now. */
interface Measures {
  readonly layers: Layers | undefined;
  readonly warmSeconds: number;
  readonly coldSeconds: number;
}

function measuresOf({ builds }: BuildSide, seen: ReadonlyMap<Probe, Seen>): Measures {
  const walked = seen.get(layers);
  const seconds = (kind: Build["kind"]) => (builds.find((build) => build.kind === kind)?.milliseconds ?? 0) / 1000;
  return {
    layers: walked?.status === "seen" ? (walked.value as Layers) : undefined,
    warmSeconds: seconds("source-edit"),
    coldSeconds: seconds("cold"),
  };
}

const limitsFor = ({ warmSeconds, coldSeconds }: Measures): Contract["limits"] => ({
  ...contract.limits,
  warmBuildSeconds: Math.ceil(warmSeconds) + 1,
  coldBuildSeconds: Math.ceil(coldSeconds) + 1,
});

function secondsAbove(healthy: Measures, fault: Fault | undefined): number {
  const limits = limitsFor(healthy);
  return 1 + (fault?.breaks.includes("cold-build-time") === true ? limits.coldBuildSeconds : limits.warmBuildSeconds);
}

/** Today's image, which any image is smaller than, and what the healthy service answers. */
const HUGE = { bytes: 1e12, layers: [{ contentBytes: 1e12 }] };
const ANSWERED = ["/health", "/items", "/events", "/openapi.json"].map((path) => ({ path, status: 200 }));

const MOST_CRASHES = 3;
const ANSWERS_WITHIN_MS = 60_000;

/** Waits until whoever watches over the engine has started it again: there is no event of an engine that is not there. */
async function answers({ cli }: ConnectedEngine, signal: AbortSignal): Promise<void> {
  const until = performance.now() + ANSWERS_WITHIN_MS;
  while ((await run(cli.program, ["version"], { env: cli.env, signal })).code !== 0) {
    if (performance.now() > until) throw new Error("The container engine is gone, and nobody starts it again.");
    await pause(200, signal);
  }
}

/** Most of the time goes by in waiting, so a few variants fit side by side. */
const AT_ONCE = 3;

/** Lets so many in at once. */
class Places {
  #free: number;
  readonly #waiting: Array<() => void> = [];

  constructor(places: number) {
    this.#free = places;
  }

  async take(): Promise<AsyncDisposable> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return {
      [Symbol.asyncDispose]: async () => {
        const next = this.#waiting.shift();
        if (next === undefined) this.#free += 1;
        else next();
      },
    };
  }
}

/** What the healthy service is judged by: all but what only a registry or a scanner can tell, and it has no virtual
 * environment and no limit on its processes (twins have). */
const NOT_HERE = new Set([
  "base-digest-known",
  "pushed-and-pulled",
  "environment-intact",
  "no-fixable-vulnerabilities",
  "processes-within-limit",
]);
export const healthyChecks: readonly string[] = checks.map(({ id }) => id).filter((id) => !NOT_HERE.has(id));

/** The checks with these ids. */
export function checksNamed(ids: readonly string[]): readonly Check[] {
  return ids.map((id) => {
    const check = checks.find((one) => one.id === id);
    if (check === undefined) throw new Error(`There is no check ${id}`);
    return check;
  });
}

async function collect(context: ProbeContext, probes: readonly Probe[]): Promise<ReadonlyMap<Probe, Seen>> {
  const seen = new Map<Probe, Seen>();
  const left = probes.filter(({ runs }) => runs === "beside-others");
  const one = async (probe: Probe) => {
    const started = performance.now();
    const took = () => performance.now() - started;
    try {
      // As evidence is read back from a file, so it is judged here.
      const value: unknown = JSON.parse(JSON.stringify(await probe.collect(context)));
      seen.set(probe, { status: "seen", value, milliseconds: took() });
    } catch (error) {
      seen.set(probe, { status: "failed", reason: String(error), milliseconds: took() });
    }
  };
  const work = async () => {
    for (let probe = left.shift(); probe !== undefined; probe = left.shift()) await one(probe);
  };
  await Promise.all([work(), work(), work()]);
  for (const probe of probes.filter(({ runs }) => runs === "alone")) await one(probe);
  return seen;
}
