import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { allInstructions } from "../dockerfile/parse.ts";
import { secretsOf } from "../dockerfile/secrets.ts";
import type { BuildRequest, BuildResult, ConnectedEngine, SecretSource } from "../engine/engine.ts";
import { UserError } from "../kit/errors.ts";
import { formatMilliseconds } from "../kit/units.ts";
import type { Build, BuildSide, Dockerfile, Image, RenderedFile, Service } from "../model/types.ts";
import { type BasesRequest, substitutes } from "./bases.ts";
import { type Canaries, plantCanaries, withoutInvented } from "./canaries.ts";
import { buildColdAndWarm } from "./cold-and-warm.ts";
import { mountsFor, warmBecause } from "./cold-mounts.ts";
import type { EarlierBuilds } from "./earlier-builds.ts";
import { exportContext } from "./context.ts";
import { rebuild } from "./rebuild.ts";
import { sourceDate } from "./source-date.ts";
import { timedBuild } from "./timed-build.ts";
import { timeChanges, type Timed } from "./timed-edits.ts";

/** What one side of the comparison is built from. The same for both, so that the figures can be compared. */
export interface SideFacts extends BasesRequest {
  readonly label: "before" | "after";
  readonly root: string;
  readonly service: Service;
  /** Its path is relative to the service's folder, and to the exported context. */
  readonly dockerfile: Dockerfile;
  readonly overlay: readonly RenderedFile[];
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The commit, for a Dockerfile of ours. It is in no key: it is declared after the last step, and changes labels only. */
  readonly revision: string | undefined;
  /** Secrets that the team gives to its builds, by id. */
  readonly buildSecrets: Readonly<Record<string, SecretSource>>;
  readonly platform: string;
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
  /** Called with the image that will be proven, where only short builds follow: they wait until it is done. */
  readonly whenBuilt?: WhenBuilt | undefined;
}

export type WhenBuilt = (image: Image) => Promise<void>;

/**
 * Builds one side cold, warm, with one source file edited and with the lock edited, each from an exported context.
 * The user's folder is never touched. A build that fails is a result: the side then has no image, and says why.
 */
export async function buildSide(
  engine: ConnectedEngine,
  request: SideRequest,
  signal: AbortSignal,
  tell: (line: string) => void = () => {},
): Promise<BuildSide> {
  const context = join(request.directory, "context");
  await exportContext(request.root, request.service.files, context, request.overlay);
  const named = request.externals.map((image) => ({ named: image, used: image, standIn: false }));
  let bases: Bases;
  try {
    bases = await substitutes(engine, request);
  } catch (error) {
    return failedSide(error, { request, builds: [], bases: named, canaries: undefined });
  }
  const secrets = join(request.directory, "secrets");
  await using _ = { [Symbol.asyncDispose]: () => rm(secrets, { recursive: true, force: true }) };
  return await buildOn(bases, { engine, request, context, canaries: await plant(request, secrets), signal, tell });
}

type Bases = Awaited<ReturnType<typeof substitutes>>;

interface Place {
  readonly engine: ConnectedEngine;
  readonly request: SideRequest;
  readonly context: string;
  readonly canaries: Canaries;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/** All builds of a side whose context and bases are there. */
async function buildOn(bases: Bases, { engine, request, context, signal, tell, ...place }: Place): Promise<BuildSide> {
  const { dockerfile } = request;
  const builds: Build[] = [];
  let { canaries } = place;
  // A substituted base is named by its content: the tag of the Dockerfile may have moved since.
  const earlier = isDeepStrictEqual(request.earlier?.bases, bases.used) ? request.earlier : undefined;
  const mounts = mountsOf(request, earlier);
  const date = await sourceDate(dockerfile, request.root, request.buildArgs);
  const base = () => ({ ...requestOf(request, context, { ...bases, canaries, date }, signal), ...mounts });
  const time: Timed = async (kind, change) => {
    const logFile = join(request.directory, "logs", `build-${kind}-${builds.length}.log`);
    const { image, milliseconds, steps, busy } = await timedBuild(engine, { ...base(), ...change, logFile });
    builds.push({ kind, milliseconds, steps, ...busy });
    tell(`${request.label}: ${NAMES[kind]} (${formatMilliseconds(milliseconds)})`);
    return image;
  };
  const notCold = warmBecause(dockerfile, engine.name);
  const coldAndWarm = () => buildColdAndWarm(request, { time, builds, cold: earlier?.cold, notCold });
  let image;
  try {
    image = await coldAndWarm().catch((error: unknown) => {
      const without = withoutInvented(canaries, dockerfile);
      if (without.values.length === canaries.values.length || signal.aborted) throw error;
      // A random value in place of a secret that may be left out can be what broke it.
      canaries = without;
      return coldAndWarm();
    });
  } catch (error) {
    return failedSide(error, { request, builds, bases: bases.used, canaries });
  }
  if (image !== undefined && earlier !== undefined && request.twice !== true) await request.whenBuilt?.(image);
  const edited = await timeChanges(request, context, { time, builds, lockEdit: earlier?.lockEdit });
  const rebuilt = await rebuiltOf(engine, request, { image, base: base(), earlier });
  return {
    dockerfile: dockerfile.path,
    bases: bases.used,
    // The layers of an earlier cold build hold, if anything, what was planted then.
    canaries: [...canaries.values, ...(request.earlier?.canaries ?? [])],
    planted: canaries.values.length,
    inputKey: request.inputKey,
    ...mounts,
    ...(rebuilt === undefined ? {} : { rebuilt }),
    ...(notCold === undefined ? {} : { notCold }),
    image,
    builds,
    edited,
  };
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

/** The cache mounts of all builds of a side: new ones where a cold build is timed, so that it meets them empty. */
function mountsOf(
  { quick, dockerfile }: SideRequest,
  earlier: EarlierBuilds | undefined,
): { readonly mounts?: string } {
  const mounts = quick === true || earlier !== undefined ? earlier?.mounts : mountsFor(dockerfile);
  return mounts === undefined ? {} : { mounts };
}

const plant = (request: SideRequest, directory: string): Promise<Canaries> => {
  const { dockerfile, buildArgs, buildSecrets, ca, caAs } = request;
  const mounted = caAs === "secret" ? ca : undefined;
  return plantCanaries({ dockerfile, buildArgs, secrets: buildSecrets, ca: mounted, directory });
};

interface Failed {
  readonly request: SideRequest;
  readonly builds: readonly Build[];
  readonly bases: BuildSide["bases"];
  readonly canaries: Canaries | undefined;
}

/** A side without an image. A build that fails over a secret that nobody gave says where to give it. */
function failedSide(error: unknown, { request, builds, bases, canaries }: Failed): BuildSide {
  if (!(error instanceof UserError) || !/^engine\/(build|base)-/.test(error.code)) throw error;
  const failure = failureOf(error);
  const invented = Object.keys(canaries?.invented ?? {});
  const hint = `seaworthy gave random values as the build secrets ${invented.join(", ")}; \`buildSecrets\` in seaworthy.yaml names the real ones.`;
  return {
    dockerfile: request.dockerfile.path,
    bases,
    canaries: canaries?.values ?? [],
    image: undefined,
    builds,
    failure: invented.length === 0 ? failure : { ...failure, log: [...failure.log, hint] },
  };
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
    {
      contexts,
      canaries: {
        values: [],
        buildArgs: {},
        secrets: { ...request.buildSecrets, ...(request.ca === undefined ? {} : { "ca-bundle": request.ca }) },
        invented: {},
      },
    },
    signal,
  );
  return engine.build({
    ...base,
    keepMs: undefined,
    logFile: join(request.directory, "logs", `build-${request.target}.log`),
  });
}

const NAMES: Readonly<Record<Build["kind"], string>> = {
  cold: "Built without any cached layer",
  warm: "Built again",
  "source-edit": "Built after an edit of the source",
  "lock-edit": "Built after an edit of the lock",
  touch: "Built with new times on the same files",
};

/** How long an image that is to be kept is left alone by later runs. */
const KEPT_MS = 14 * 24 * 3600_000;

function requestOf(
  request: SideFacts,
  context: string,
  {
    contexts,
    canaries,
    date = {},
  }: {
    readonly contexts: Readonly<Record<string, string>>;
    readonly canaries: Canaries;
    readonly date?: Readonly<Record<string, string>>;
  },
  signal: AbortSignal,
): Omit<BuildRequest, "logFile"> {
  return {
    context,
    dockerfile: join(context, request.dockerfile.path),
    tag: request.tag,
    ...(request.target === undefined ? {} : { target: request.target }),
    platform: request.platform,
    noCache: false,
    buildArgs: { ...revisionOf(request), ...request.buildArgs, ...canaries.buildArgs, ...date },
    secrets: canaries.secrets,
    hidden: secretsOf(request.dockerfile),
    contexts,
    ...(request.keep === true ? { keepMs: KEPT_MS } : {}),
    signal,
  };
}

/** Nothing is given that a Dockerfile does not declare. */
function revisionOf({ dockerfile, revision }: SideFacts): Readonly<Record<string, string>> {
  const declared = allInstructions(dockerfile).some(
    ({ keyword, args }) => keyword === "ARG" && /^REVISION(?:=|$)/.test(args.trim()),
  );
  return declared && revision !== undefined ? { REVISION: revision } : {};
}

function failureOf(error: UserError): NonNullable<BuildSide["failure"]> {
  const where = error.where === undefined ? {} : { where: `${error.where.file}:${error.where.line ?? 1}` };
  return { step: error.message, log: error.details, ...where };
}
