import { createHash, randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Check, judge, type JudgeContext } from "../../src/checks/check.ts";
import { checks } from "../../src/checks/index.gen.ts";
import { exampleContract } from "../../src/checks/support/examples.ts";
import { connectEngine } from "../../src/engine/connect.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Build, BuildSide, Contract, Image, Seen, Service, Verdict } from "../../src/model/types.ts";
import type { Probe, ProbeContext } from "../../src/probes/probe.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";
import type { Fault } from "./fault.ts";

/** Builds the small service, healthy or with a fault, and lets the catalogue judge it. */
export interface FaultLab extends AsyncDisposable {
  readonly engine: Engine;
  /** Verdicts by check id. Each probe runs once. */
  verdicts(fault: Fault | undefined, wanted: readonly Check[]): Promise<ReadonlyMap<string, Verdict>>;
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
  const { taskDefinitions } = await readService(memoryTree({ "task-definition.json": task }));
  return {
    name: "demo",
    files: ["app.py"],
    lock: { path: "requirements.txt", packages: [{ name: "demo", version: "1.0", source: "registry" }] },
    routes: [{ method: "GET", path: "/items", evidence }],
    writes: [{ path: "/tmp", when: "request", evidence }],
    taskDefinitions,
    programs: [{ program: fault?.calls ?? "python3", confidence: "certain", evidence }],
  } as unknown as Service;
}

/** @param signal Ends everything that runs. */
export async function openLab(signal: AbortSignal): Promise<FaultLab> {
  const runId = `faults-${randomBytes(4).toString("hex")}`;
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-faults-"));
  const engine = await connectEngine({ runId, signal, env: process.env });
  const tags: string[] = [];
  const places = new Places(AT_ONCE);
  return {
    engine,
    async verdicts(fault, wanted) {
      await using _ = await places.take();
      const name = (fault?.name ?? "healthy").replace(/[^a-z0-9]+/gi, "-").toLowerCase();
      const tag = `seaworthy-${runId}:${name}`;
      tags.push(tag, `${tag}-edited`);
      const service = await serviceOf(fault);
      const build = await buildVariant(engine, { fault, folder: join(folder, name), tag, signal });
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
      const seen = await collect(context, [...new Set(wanted.map(({ needs }) => needs))]);
      const judged: JudgeContext = {
        contract,
        service,
        side: "after",
        baseline: { bytes: 1e12, layers: [{ contentBytes: 1e12 }] },
      };
      return new Map(wanted.map((check) => [check.id, judge(check, seen.get(check.needs), judged)]));
    },
    async [Symbol.asyncDispose]() {
      for (const tag of tags) await engine.removeImage(tag).catch(() => {});
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
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

/** What the healthy service is judged by. Its base is named by a tag, because no registry is asked here, it is not built
 * cold, it has no virtual environment (a twin has), and no scanner is asked. */
const NOT_HERE = new Set([
  "base-pinned",
  "base-digest-known",
  "pushed-and-pulled",
  "cold-build-time",
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
}

async function buildVariant(engine: Engine, { fault, folder, tag, signal }: Variant): Promise<BuildSide> {
  const context = join(folder, "context");
  await cp(SERVICE, context, { recursive: true });
  const app = replaceAll(await readFile(join(context, "app.py"), "utf8"), fault?.app ?? []);
  const dockerfile = replaceAll(await readFile(join(context, "Dockerfile"), "utf8"), [
    ...(fault?.dockerfile ?? []),
    ["#:root\n", fault?.asRoot === undefined ? "" : `${fault.asRoot}\n`],
    ["#:end\n", fault?.atEnd === undefined ? "" : `${fault.atEnd}\n`],
  ]);
  await writeFile(join(context, "app.py"), app);
  await writeFile(join(folder, "Dockerfile"), dockerfile);
  await writeFile(join(folder, "token"), CANARY);
  await rm(join(context, "Dockerfile"));
  const builds: Build[] = [];
  const build = async (kind: Build["kind"]) => {
    const { image, milliseconds, steps } = await engine.build({
      context,
      dockerfile: join(folder, "Dockerfile"),
      tag: kind === "warm" ? tag : `${tag}-edited`,
      noCache: false,
      buildArgs: /ARG BUILD_TOKEN/.test(dockerfile) ? { BUILD_TOKEN: CANARY } : {},
      secrets: { token: join(folder, "token") },
      contexts: {},
      logFile: join(folder, "build.log"),
      signal,
    });
    builds.push({ kind, milliseconds, steps });
    return image;
  };
  const image = await build("warm");
  if (fault === undefined || fault.breaks.some((id) => id.startsWith("dependency-layer"))) {
    await writeFile(join(context, "app.py"), `${app}\n# edited ${folder}\n`);
    await build("source-edit");
    await writeFile(join(context, "app.py"), app);
    await writeFile(join(context, "requirements.txt"), `# edited ${folder}\n`);
    await build("lock-edit");
  }
  const edited = { source: "app.py", lock: "requirements.txt" };
  return { image, dockerfile: "Dockerfile", builds, bases: [], edited, canaries: [CANARY] };
}

function replaceAll(text: string, replacements: ReadonlyArray<readonly [string, string]>): string {
  return replacements.reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`The fault's text is not in the file: ${from}`);
    return current.replace(from, () => to);
  }, text);
}
