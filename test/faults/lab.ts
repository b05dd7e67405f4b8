import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Check, judge, type JudgeContext } from "../../src/checks/check.ts";
import { checks } from "../../src/checks/index.gen.ts";
import { exampleContract } from "../../src/checks/support/examples.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { connectEngine } from "../../src/engine/connect.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Build, BuildSide, Contract, Image, Seen, Service, Verdict } from "../../src/model/types.ts";
import { startBeside } from "../../src/pipeline/start-beside.ts";
import { externalImages } from "../../src/pipeline/steps.ts";
import { type Layers, layers } from "../../src/probes/layers.ts";
import type { Probe, ProbeContext } from "../../src/probes/probe.ts";
import { readService } from "../../src/project/read-service.ts";
import { readBeside } from "../../src/project/stack/read-stack.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { parseMirrors } from "../../src/registry/endpoints.ts";
import { resolvePins } from "../../src/registry/pins.ts";
import { fetchWithProxy } from "../../src/registry/proxy.ts";
import type { Fault } from "./fault.ts";

/** Builds the small service, healthy or with a fault, and lets the catalogue judge it. */
export interface FaultLab extends AsyncDisposable {
  readonly engine: Engine;
  /**
   * Verdicts by check id. Each probe runs once.
   * @param look At the same image, by its name, once it is judged: for whoever judges it beside us.
   */
  verdicts(
    fault: Fault | undefined,
    wanted: readonly Check[],
    look?: (image: string) => Promise<void>,
  ): Promise<ReadonlyMap<string, Verdict>>;
}

/** The same in every run: a secret is no part of the cache's key, so a cached layer would still hold an older one. */
const CANARY = createHash("sha256").update("a value of ours").digest("hex");
const SERVICE = new URL("service/", import.meta.url).pathname;

const contract: Contract = {
  ...exampleContract,
  writablePaths: ["/data"],
  env: [
    { name: "GREETING", required: true, secret: false, example: "hello" },
    { name: "API_TOKEN", required: true, secret: true, example: "token-for-tests-0123456789" },
  ],
  signals: { stop: "SIGTERM", graceSeconds: 4 },
  limits: { ...exampleContract.limits, startSeconds: 8 },
};

/** What the analysis would have found in the service. It calls the interpreter, which is there, unless the fault calls another program. */
async function serviceOf(fault: Fault | undefined): Promise<Service> {
  const evidence = { file: "app.py", line: 20, text: "" };
  const task = replaceAll(await readFile(join(SERVICE, "task-definition.json"), "utf8"), fault?.task ?? []);
  const { taskDefinitions, outsideLimits } = await readService(memoryTree({ "task-definition.json": task }));
  return {
    name: "demo",
    files: ["app.py"],
    lock: { path: "requirements.txt", packages: [{ name: "demo", version: "1.0", source: "registry" }] },
    routes: [
      { method: "GET", path: "/items", evidence },
      { method: "GET", path: "/events", evidence },
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
  const digest = await digestOfBase(signal);
  const changing = createServer((_, response) => void response.end(randomBytes(16))).listen(0, "127.0.0.1");
  await once(changing, "listening");
  let healthy: Measures | undefined;
  const places = new Places(AT_ONCE);
  const lab: FaultLab = {
    engine,
    async verdicts(fault, wanted, look) {
      if (fault?.tight === true && healthy === undefined) await lab.verdicts(undefined, checksNamed(["size"]));
      await using _ = await places.take();
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
        seconds: healthy === undefined ? 0 : secondsAbove(healthy, fault),
        changing: `http://127.0.0.1:${(changing.address() as AddressInfo).port}/changing`,
      });
      const context: ProbeContext = {
        engine,
        image: build.image as Image,
        service,
        contract,
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
        contract: { ...contract, limits },
        service,
        side: "after",
        baseline: fault?.tight === true ? healthy?.layers : { bytes: 1e12, layers: [{ contentBytes: 1e12 }] },
      };
      return new Map(wanted.map((check) => [check.id, judge(check, seen.get(check.needs), judged)]));
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

/** Checks that look at more than the service alone; for the others nothing is started beside it. */
const BESIDE = new Set(["sidecars-ready", "roles-run", "role-programs-present", "routes-answer"]);

/** The context with the sidecars and the roles of the Compose file, read and started as the pipeline does. */
async function besideOf(
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

const BASE = "python:3.13-slim";
/** No file of the service is as old as that. */
const EARLIER = new Date("2001-01-01");

/** As the pipeline asks for it. */
async function digestOfBase(signal: AbortSignal): Promise<string> {
  const [pin] = await resolvePins([BASE], {
    platform: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
    env: process.env,
    fetch: fetchWithProxy(process.env, fetch),
    mirrors: parseMirrors(process.env["SEAWORTHY_MIRRORS"]),
    lock: [],
    offline: false,
    signal,
    now: () => new Date(),
  });
  if (pin?.digest === undefined) throw new Error(`${BASE}: ${pin?.problem}`);
  return pin.digest;
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
 * environment (a twin has). */
const NOT_HERE = new Set([
  "base-digest-known",
  "pushed-and-pulled",
  "environment-intact",
  "no-fixable-vulnerabilities",
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

interface Variant {
  readonly fault: Fault | undefined;
  readonly folder: string;
  readonly tag: string;
  readonly signal: AbortSignal;
  readonly digest: string;
  /** For the step that is too slow. */
  readonly seconds: number;
  /** Address that answers otherwise each time. */
  readonly changing: string;
}

async function buildVariant(
  engine: Engine,
  { fault, folder, tag, signal, digest, seconds, changing }: Variant,
): Promise<BuildSide> {
  const context = join(folder, "context");
  await cp(SERVICE, context, { recursive: true });
  const app = replaceAll(await readFile(join(context, "app.py"), "utf8"), fault?.app ?? []);
  const written = replaceAll(await readFile(join(context, "Dockerfile"), "utf8"), [
    ...(fault?.dockerfile ?? []),
    ["#:root\n", fault?.asRoot === undefined ? "" : `${fault.asRoot}\n`],
    ["#:end\n", fault?.atEnd === undefined ? "" : `${fault.atEnd}\n`],
  ]);
  const dockerfile = written
    .replace("@digest", `@${digest}`)
    .replace("{seconds}", String(seconds))
    .replace("{changing}", changing);
  const requirements = await readFile(join(context, "requirements.txt"), "utf8");
  await writeFile(join(context, "app.py"), app);
  await writeFile(join(folder, "Dockerfile"), dockerfile);
  await writeFile(join(folder, "token"), CANARY);
  await rm(join(context, "Dockerfile"));
  const builds: Build[] = [];
  const build = async (kind: Build["kind"]) => {
    const { image, milliseconds, steps } = await engine.build({
      context,
      dockerfile: join(folder, "Dockerfile"),
      tag: kind === "warm" || kind === "cold" ? tag : `${tag}-edited`,
      noCache: kind === "cold",
      buildArgs: /ARG BUILD_TOKEN/.test(dockerfile) ? { BUILD_TOKEN: CANARY } : {},
      secrets: { token: join(folder, "token") },
      contexts: {},
      logFile: join(folder, "build.log"),
      signal,
    });
    builds.push({ kind, milliseconds, steps });
    return image;
  };
  const breaks = (id: string) => fault === undefined || fault.breaks.some((broken) => broken.startsWith(id));
  if (breaks("cold-build-time")) await build("cold");
  const image = await build("warm");
  if (breaks("dependency-layer") || breaks("warm-build-time")) {
    await writeFile(join(context, "app.py"), `${app}\n# edited ${folder}\n`);
    await build("source-edit");
    await writeFile(join(context, "app.py"), app);
    await writeFile(join(context, "requirements.txt"), `# edited ${folder}\n`);
    await build("lock-edit");
  }
  if (breaks("nothing-rebuilt")) {
    for (const [file, content] of Object.entries({ "app.py": app, "requirements.txt": requirements }))
      await writeFile(join(context, file), content);
    for (const file of ["app.py", "requirements.txt", "wsgi.py"]) await utimes(join(context, file), EARLIER, EARLIER);
    await build("touch");
  }
  const edited = { source: "app.py", lock: "requirements.txt" };
  const named = externalImages(parseDockerfile("Dockerfile", dockerfile));
  const bases = named.map((base) => ({ named: base, used: base, standIn: false }));
  return { image, dockerfile: "Dockerfile", builds, bases, edited, canaries: [CANARY] };
}

function replaceAll(text: string, replacements: ReadonlyArray<readonly [string, string]>): string {
  return replacements.reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`The fault's text is not in the file: ${from}`);
    return current.replace(from, () => to);
  }, text);
}
