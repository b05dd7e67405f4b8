import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { BuildRequest, BuildResult, ConnectedEngine } from "../engine/engine.ts";
import { substituteBase } from "../engine/ca.ts";
import { UserError } from "../kit/errors.ts";
import type { Build, BuildSide, Dockerfile, Image, Pin, RenderedFile, Service } from "../model/types.ts";
import { endpointsFor } from "../registry/endpoints.ts";
import { STAND_IN_LABEL } from "../registry/pins.ts";
import { canonicalName, parseReference } from "../registry/reference.ts";
import { type Canaries, plantCanaries } from "./canaries.ts";
import { mountsFor, warmBecause } from "./cold-mounts.ts";
import type { EarlierBuilds } from "./earlier-builds.ts";
import { exportContext } from "./context.ts";
import { timeEdits, touchAll } from "./edits.ts";
import { rebuild } from "./rebuild.ts";
import { sourceDate } from "./source-date.ts";

/** What one side of the comparison is built from. The same for both, so that the figures can be compared. */
export interface SideFacts {
  readonly label: "before" | "after";
  readonly root: string;
  readonly service: Service;
  /** Its path is relative to the service's folder, and to the exported context. */
  readonly dockerfile: Dockerfile;
  readonly overlay: readonly RenderedFile[];
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly platform: string;
  /** Image names of the Dockerfile's external stages, as written there. */
  readonly externals: readonly string[];
  readonly pins: readonly Pin[];
  /** Registry host to mirror. */
  readonly mirrors: Readonly<Record<string, string>>;
  /** File with the company's CA certificates, when builds need one. */
  readonly ca: string | undefined;
  /** How the CA gets in: as a build secret where the Dockerfile asks for it, else by substituting its bases. */
  readonly caAs: "secret" | "base";
  /** Timed repetitions of the warm and the source-edited build. */
  readonly repetitions: number;
  readonly tag: string;
  /** The image stays for whoever asked for it; without it, it goes with the run. */
  readonly keep?: boolean;
  readonly directory: string;
}

/** A side, and which of its builds are timed now. */
export interface SideRequest extends SideFacts {
  /** Hash of everything that its builds depend on. */
  readonly inputKey: string;
  /** What an earlier run measured of the same input; without it the cold build and the one with an edited lock are made now. */
  readonly earlier: EarlierBuilds | undefined;
  /** One build, and one with a source file edited: no cold build, and no edit of the lock. */
  readonly quick?: boolean;
  /** Build it a second time, to see whether it comes out the same. */
  readonly twice?: boolean;
}

/**
 * Builds one side cold, warm, with one source file edited and with the lock edited, each from an exported context.
 * The user's folder is never touched. A build that fails is a result: the side then has no image, and says why.
 */
export async function buildSide(
  engine: ConnectedEngine,
  request: SideRequest,
  signal: AbortSignal,
): Promise<BuildSide> {
  const context = join(request.directory, "context");
  await exportContext(request.root, request.service.files, context, request.overlay);
  const builds: Build[] = [];
  const named = request.externals.map((image) => ({ named: image, used: image, standIn: false }));
  const failed = (error: unknown, bases: BuildSide["bases"] = named, canaries: readonly string[] = []): BuildSide => {
    if (!(error instanceof UserError) || !/^engine\/(build|base)-/.test(error.code)) throw error;
    return {
      dockerfile: request.dockerfile.path,
      bases,
      canaries,
      image: undefined,
      builds,
      failure: failureOf(error),
    };
  };
  let bases: Awaited<ReturnType<typeof substitutes>>;
  try {
    bases = await substitutes(engine, request);
  } catch (error) {
    return failed(error);
  }
  const { base, canaries, earlier, mounts } = await prepare(request, context, bases, signal);
  const time = async (kind: Build["kind"], change: Partial<BuildRequest>) => {
    const logFile = join(request.directory, "logs", `build-${kind}-${builds.length}.log`);
    const { image, milliseconds, steps } = await engine.build({ ...base, ...change, logFile });
    builds.push({ kind, milliseconds, steps });
    return image;
  };
  const notCold = warmBecause(request.dockerfile, engine.name);
  let image;
  try {
    image = await coldAndWarm(engine, request, { time, builds, earlier, again: base, notCold });
  } catch (error) {
    return failed(error, bases.used, canaries.values);
  }
  const edited = await timeEdits(request, context, { time, builds, lockEdit: earlier?.lockEdit });
  if (request.quick !== true)
    await touchAll(context, () => time("touch", { tag: `${request.tag}-edited`, keepMs: undefined }));
  const rebuilt = await rebuiltOf(engine, request, { image, base, earlier });
  if (canaries.ca !== undefined) await rm(canaries.ca, { force: true });
  // The layers of an earlier cold build hold, if anything, what was planted then.
  const planted = [...canaries.values, ...(request.earlier?.canaries ?? [])];
  const kept = { ...mounts, ...(rebuilt && { rebuilt }), ...(notCold !== undefined && { notCold }) };
  return {
    dockerfile: request.dockerfile.path,
    bases: bases.used,
    canaries: planted,
    inputKey: request.inputKey,
    ...kept,
    image,
    builds,
    edited,
  };
}

/** The builds of what ships. Each moves the tag; the engine drops the image it pointed at, so the last one is proven. */
async function coldAndWarm(
  engine: ConnectedEngine,
  request: SideRequest,
  known: {
    readonly time: (kind: Build["kind"], change: Partial<BuildRequest>) => Promise<Image>;
    readonly builds: Build[];
    readonly earlier: EarlierBuilds | undefined;
    readonly again: Omit<BuildRequest, "logFile">;
    readonly notCold: string | undefined;
  },
): Promise<Image | undefined> {
  const { time, builds, earlier, again, notCold } = known;
  let image: Image | undefined;
  if (request.quick === true) image = undefined;
  else if (earlier === undefined) image = await time("cold", { noCache: true });
  else {
    builds.push(earlier.cold);
    // Not timed: should the engine have lost its cache meanwhile, it is filled again here.
    image = (await engine.build({ ...again, logFile: join(request.directory, "logs", "build-again.log") })).image;
  }
  // Its time is none of a cold build.
  if (notCold !== undefined) builds.length = 0;
  for (let i = 0; i < request.repetitions; i += 1) image = await time("warm", {});
  return image;
}

/** The second build, where one is asked for: made now, or in the earlier run. */
async function rebuiltOf(
  engine: ConnectedEngine,
  { twice, directory }: SideRequest,
  known: {
    readonly image: Image | undefined;
    readonly base: Omit<BuildRequest, "logFile">;
    readonly earlier: EarlierBuilds | undefined;
  },
): Promise<BuildSide["rebuilt"]> {
  const { image, base, earlier } = known;
  if (twice !== true || image === undefined) return undefined;
  const { keepMs: _, ...request } = base;
  return earlier?.rebuilt ?? rebuild(engine, image, request, directory);
}

/** What all builds of a side have in common, and which of them an earlier run made. */
async function prepare(
  request: SideRequest,
  context: string,
  { contexts, used }: Awaited<ReturnType<typeof substitutes>>,
  signal: AbortSignal,
) {
  const { dockerfile, buildArgs, ca, caAs, quick = false } = request;
  const mounted = caAs === "secret" ? ca : undefined;
  const canaries = await plantCanaries(dockerfile, buildArgs, mounted, join(request.directory, "secrets"));
  // A substituted base is named by its content: the tag of the Dockerfile may have moved since.
  const earlier = isDeepStrictEqual(request.earlier?.bases, used) ? request.earlier : undefined;
  const namespace = quick || earlier !== undefined ? earlier?.mounts : mountsFor(dockerfile);
  const mounts = namespace === undefined ? {} : { mounts: namespace };
  const date = await sourceDate(dockerfile, request.root, buildArgs);
  const base = requestOf(request, context, { contexts, canaries }, signal);
  return { base: { ...base, ...mounts, buildArgs: { ...base.buildArgs, ...date } }, canaries, earlier, mounts };
}

/** Builds another target of the same Dockerfile from the same files, once and not timed. */
export async function buildTarget(
  engine: ConnectedEngine,
  request: SideFacts & { readonly target: string },
  signal: AbortSignal,
): Promise<BuildResult> {
  const context = join(request.directory, `context-${request.target}`);
  await exportContext(request.root, request.service.files, context, request.overlay);
  const { contexts } = await substitutes(engine, request);
  const base = requestOf(
    request,
    context,
    { contexts, canaries: { values: [], buildArgs: {}, ca: undefined } },
    signal,
  );
  return engine.build({
    ...base,
    keepMs: undefined,
    secrets: request.ca === undefined ? {} : { "ca-bundle": request.ca },
    logFile: join(request.directory, "logs", `build-${request.target}.log`),
  });
}

/** How long an image that is to be kept is left alone by later runs. */
const KEPT_MS = 14 * 24 * 3600_000;

function requestOf(
  request: SideFacts,
  context: string,
  { contexts, canaries }: { readonly contexts: Readonly<Record<string, string>>; readonly canaries: Canaries },
  signal: AbortSignal,
): Omit<BuildRequest, "logFile"> {
  return {
    context,
    dockerfile: join(context, request.dockerfile.path),
    tag: request.tag,
    ...(request.target === undefined ? {} : { target: request.target }),
    platform: request.platform,
    noCache: false,
    buildArgs: { ...request.buildArgs, ...canaries.buildArgs },
    secrets: canaries.ca === undefined ? {} : { "ca-bundle": canaries.ca },
    contexts,
    ...(request.keep === true ? { keepMs: KEPT_MS } : {}),
    signal,
  };
}

/**
 * What stands in for each external image of the Dockerfile: its mirror, and, for a Dockerfile that must stay as it is,
 * a variant that carries the company's CA.
 */
async function substitutes(
  engine: ConnectedEngine,
  request: SideFacts,
): Promise<{ contexts: Record<string, string>; used: BuildSide["bases"] }> {
  const contexts: Record<string, string> = {};
  const used: Array<BuildSide["bases"][number]> = [];
  for (const named of request.externals) {
    const pin = request.pins.find(({ image }) => named === image || named.startsWith(`${image}@`));
    const mirrored = mirrorOf(named, request.mirrors);
    const reference =
      request.ca !== undefined && request.caAs === "base" && needsCa(named)
        ? await substituteBase(engine, mirrored ?? named, request.ca)
        : mirrored;
    if (reference !== undefined) contexts[named] = `docker-image://${reference}`;
    // An image that no plan pins, such as today's base, says itself what it is: a variant keeps its base's labels.
    const labels = (await engine.inspect(reference ?? named))?.config.labels;
    const really = pin?.standIn ?? labels?.[STAND_IN_LABEL];
    const standIn = really !== undefined && really !== "";
    used.push({ named, used: reference ?? named, standIn, ...(standIn ? { really } : {}) });
  }
  return { contexts, used };
}

/** Images that only hold binaries have no shell and no trust store to add a CA to. */
const needsCa = (image: string): boolean => !/(^|\/)(astral-sh\/uv|docker\/dockerfile)[:@]/.test(image);

/** `ghcr.io/a/b:1` as its mirror names it, or undefined when its registry has none. */
export function mirrorOf(image: string, mirrors: Readonly<Record<string, string>>): string | undefined {
  const reference = parseReference(image);
  if (mirrors[reference.registry] === undefined) return undefined;
  const mirror = endpointsFor(reference, mirrors)[0];
  if (mirror === undefined) return undefined;
  return canonicalName({ ...reference, registry: mirror.host, repository: mirror.repository });
}

function failureOf(error: UserError): NonNullable<BuildSide["failure"]> {
  const where = error.where === undefined ? {} : { where: `${error.where.file}:${error.where.line ?? 1}` };
  return { step: error.message, log: error.details, ...where };
}
