import { createHash, randomBytes } from "node:crypto";
import { cp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import type { BuildRequest, ConnectedEngine } from "../../src/engine/engine.ts";
import type { Build, BuildSide } from "../../src/model/types.ts";
import { rebuild } from "../../src/pipeline/rebuild.ts";
import { externalImages } from "../../src/pipeline/steps.ts";
import { parseMirrors } from "../../src/registry/endpoints.ts";
import { resolvePins } from "../../src/registry/pins.ts";
import { fetchWithProxy } from "../../src/registry/proxy.ts";
import type { Fault } from "./fault.ts";
import { COMMAND, WORKER } from "./lines.ts";

/** The same in every run: a secret is no part of the cache's key, so a cached layer would still hold an older one. */
const CANARY = createHash("sha256").update("a value of ours").digest("hex");
/** The small service that every variant is made of. */
export const SERVICE = new URL("service/", import.meta.url).pathname;

const BASE = "python:3.13-slim";
/** No file of the service is as old as that. */
const EARLIER = new Date("2001-01-01");

/** As the pipeline asks for it. */
export async function digestOfBase(signal: AbortSignal): Promise<string> {
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

export interface Variant {
  readonly fault: Fault | undefined;
  readonly folder: string;
  readonly tag: string;
  readonly signal: AbortSignal;
  readonly digest: string;
  /** Waits for this build's turn. Docker 26 crashes now and then when builds that have steps in common end together. */
  readonly turn: () => Promise<AsyncDisposable>;
  /** For the step that is too slow. */
  readonly seconds: number;
  /** Address that answers otherwise each time. */
  readonly changing: string;
}

/** Builds the service with its fault, in as many ways as the checks of the fault want to see. */
export async function buildVariant(
  engine: ConnectedEngine,
  { fault, folder, tag, signal, digest, turn, seconds, changing }: Variant,
): Promise<BuildSide> {
  const context = join(folder, "context");
  await cp(SERVICE, context, { recursive: true });
  const planted = await plantedFiles(fault);
  const { "app.py": app } = planted;
  const dockerfile = planted.Dockerfile.replace("@digest", `@${digest}`)
    .replace("{seconds}", String(seconds))
    .replace("{changing}", changing);
  const requirements = await readFile(join(context, "requirements.txt"), "utf8");
  await writeFile(join(context, "app.py"), app);
  await writeFile(join(context, "worker.py"), planted["worker.py"]);
  await writeFile(join(folder, "Dockerfile"), dockerfile);
  await writeFile(join(folder, "token"), CANARY);
  await rm(join(context, "Dockerfile"));
  const builds: Build[] = [];
  const request: BuildRequest = {
    context,
    dockerfile: join(folder, "Dockerfile"),
    tag,
    noCache: false,
    buildArgs: argumentsFor(dockerfile),
    secrets: { token: join(folder, "token") },
    contexts: {},
    logFile: join(folder, "build.log"),
    signal,
  };
  const build = async (kind: Build["kind"]) => {
    await using _ = await turn();
    const { image, milliseconds, steps } = await engine.build({
      ...request,
      tag: kind === "warm" || kind === "cold" ? tag : `${tag}-edited`,
      noCache: kind === "cold",
    });
    builds.push({ kind, milliseconds, steps });
    return image;
  };
  const breaks = (id: string) => fault === undefined || fault.breaks.some((broken) => broken.startsWith(id));
  if (breaks("cold-build-time")) await build("cold");
  const image = await build("warm");
  if (breaks("dependency-layer") || breaks("warm-build-time")) {
    // As nobody has edited it before: what an earlier round has built is in the cache.
    const edit = `# edited ${randomBytes(8).toString("hex")}\n`;
    await writeFile(join(context, "app.py"), `${app}\n${edit}`);
    await build("source-edit");
    await writeFile(join(context, "app.py"), app);
    await writeFile(join(context, "requirements.txt"), edit);
    await build("lock-edit");
  }
  if (breaks("nothing-rebuilt")) {
    for (const [file, content] of Object.entries({ "app.py": app, "requirements.txt": requirements }))
      await writeFile(join(context, file), content);
    for (const file of ["app.py", "requirements.txt", "wsgi.py"]) await utimes(join(context, file), EARLIER, EARLIER);
    await build("touch");
  }
  const again = async () => {
    await using _ = await turn();
    return { rebuilt: await rebuild(engine, image, request, folder) };
  };
  const edited = { source: "app.py", lock: "requirements.txt" };
  const named = externalImages(parseDockerfile("Dockerfile", dockerfile));
  const bases = named.map((base) => ({ named: base, used: base, standIn: false }));
  const second = breaks("builds-reproducibly") ? await again() : {};
  return { image, dockerfile: "Dockerfile", builds, bases, edited, canaries: [CANARY], ...second };
}

/** The healthy service's files with the fault in them. */
export async function plantedFiles(
  fault: Fault | undefined,
): Promise<Readonly<Record<"app.py" | "worker.py" | "Dockerfile", string>>> {
  const read = (name: string) => readFile(join(SERVICE, name), "utf8");
  return {
    "app.py": replaceAll(await read("app.py"), fault?.app ?? []),
    "worker.py": replaceAll(await read("worker.py"), fault?.worker ?? []),
    Dockerfile: replaceAll(await read("Dockerfile"), plantedIn(fault)),
  };
}

const plantedIn = (fault: Fault | undefined): ReadonlyArray<readonly [string, string]> => [
  ...(fault?.kind === undefined ? [] : [[COMMAND, WORKER] as const]),
  ...(fault?.dockerfile ?? []),
  ["#:root\n", fault?.asRoot === undefined ? "" : `${fault.asRoot}\n`],
  ["#:end\n", fault?.atEnd === undefined ? "" : `${fault.atEnd}\n`],
];

const argumentsFor = (dockerfile: string): Readonly<Record<string, string>> =>
  /ARG BUILD_TOKEN/.test(dockerfile) ? { BUILD_TOKEN: CANARY } : {};

/** @throws Error when a text is not there. */
export function replaceAll(text: string, replacements: ReadonlyArray<readonly [string, string]>): string {
  return replacements.reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`The fault's text is not in the file: ${from}`);
    return current.replace(from, () => to);
  }, text);
}
