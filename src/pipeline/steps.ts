import { join } from "node:path";
import { parseDockerfile } from "../dockerfile/parse.ts";
import { reachableStages, sourcesOf } from "../dockerfile/stages.ts";
import type { ConnectedEngine } from "../engine/engine.ts";
import { UserError } from "../kit/errors.ts";
import { readText } from "../kit/files.ts";
import type { BuildSide, Dockerfile, Pin, Plan, RenderedFile, Service } from "../model/types.ts";
import { makePlan } from "../planner/make-plan.ts";
import { renderFiles } from "../planner/render.ts";
import { renderRunbook } from "../planner/render-runbook.ts";
import { profiles } from "../profiles/index.gen.ts";
import { PINS_FILE, readPins, renderPins, resolvePins } from "../registry/pins.ts";
import { fetchWithProxy } from "../registry/proxy.ts";
import { readRequirements } from "../requirements/read.ts";
import { rules } from "../rules/index.gen.ts";
import { type Analysis, analyze, treeWith } from "./analyze.ts";
import { stopWhenUnreadable } from "./analyze-step.ts";
import { buildSide, type SideFacts } from "./build-side.ts";
import { seenAs } from "./apply.ts";
import { contentHashes } from "./content-hashes.ts";
import { earlierBuilds } from "./earlier-builds.ts";
import { withPolicy } from "./policy-step.ts";
import { givenSourceDate } from "./source-date.ts";
import { withExpectations } from "./expectations.ts";
import { hashOf, type Run, runStep } from "./run-directory.ts";
import type { Session } from "./session.ts";
import { testsWanted } from "./tests-wanted.ts";

/** Decides what the image shall be. */
export async function planStep(session: Session, run: Run | undefined, analysis: Analysis): Promise<Plan> {
  stopWhenUnreadable(analysis);
  const { config } = session;
  const profile = profiles.find(({ id }) => id === (config.profile ?? "debian-slim"));
  if (profile === undefined)
    throw new UserError("config/no-profile", `There is no profile \`${config.profile}\``, {
      hint: `Known: ${profiles.map(({ id }) => id).join(", ")}.`,
    });
  const overrides = {
    ...config.decisions,
    ...(config.output === undefined ? {} : { output: config.output }),
    limits: config.limits,
    env: config.env,
    keep: config.keep,
    ...(config.sidecars.length === 0 ? {} : { sidecars: config.sidecars }),
  };
  const { service, dockerfile } = analysis;
  // What the team lives with today, the rework may still take away.
  const findings = [...analysis.findings, ...(analysis.suppressed ?? [])];
  const testsAsked = testsWanted(await readRequirements(session.folder), session.options);
  const decide = async () =>
    makePlan({ service, profile, findings, dockerfile, overrides, uvVersion: UV_VERSION, testsAsked });
  const plan =
    run === undefined
      ? await decide()
      : await runStep(
          run,
          { name: "plan", version: 1, run: decide },
          { analysis, overrides, profile: profile.id, testsAsked },
        );
  return { ...plan, contract: await withExpectations(session, plan.contract) };
}

/** The uv that is taken when neither the service nor its team asks for one. */
const UV_VERSION = "0.13.8";

/** Resolves the plan's images to digests: from the registry, or offline from the committed lock. */
export async function pinStep(session: Session, run: Run | undefined, plan: Plan): Promise<readonly Pin[]> {
  const { world, options, mirrors, platform, tree } = session;
  const images = imagesOf(plan);
  const lock = readPins(tree.read(PINS_FILE) ?? "");
  const resolve = () =>
    resolvePins(images, {
      platform,
      env: world.env,
      fetch: fetchWithProxy(world.env, world.fetch),
      mirrors,
      lock,
      offline: options.offline === true,
      preferLock: options.renewPins !== true,
      signal: world.signal,
      now: () => new Date(world.now()),
    });
  if (run === undefined) return resolve();
  // A name without a digest is asked for again: the registry may answer now.
  const stillHolds = async (pins: readonly Pin[]) => pins.every(({ digest }) => digest !== undefined);
  const input = { images, lock, platform, mirrors, offline: options.offline, renew: options.renewPins };
  return runStep(run, { name: "pin", version: 1, run: resolve, stillHolds }, input);
}

/** Image names, without digest, that the rendered Dockerfile will name. */
const imagesOf = (plan: Plan): readonly string[] => [...new Set([plan.image.base.image, plan.image.uv.image])];

/** Writes the files, in memory. */
export async function renderStep(
  session: Session,
  run: Run | undefined,
  input: { readonly plan: Plan; readonly pins: readonly Pin[]; readonly service: Service },
): Promise<readonly RenderedFile[]> {
  const tracked = session.tree.files.map((file) => [file, session.tree.read(file)] as const);
  // A Makefile is kept around our block also where git does not track it yet.
  const makefile = ["Makefile", await readText(join(session.folder, "Makefile"))] as const;
  const existing = Object.fromEntries([...tracked, makefile].filter((pair) => isText(pair)));
  const lock: RenderedFile = {
    path: PINS_FILE,
    content: renderPins(input.pins, readPins(existing[PINS_FILE] ?? "")),
    executable: false,
    mode: "whole",
    why: "The digests of the base images, where they came from and when.",
  };
  const render = async () => {
    // Only here: planning alone needs no checks.
    const { checks } = await import("../checks/index.gen.ts");
    const files = [...renderFiles({ ...input, existing }), renderRunbook({ ...input, checks }), lock];
    const seen = files.map(async ({ path }) => seenAs(await readText(join(session.folder, path))));
    return (await Promise.all(seen)).map((replaces, index) => ({ ...(files[index] as RenderedFile), replaces }));
  };
  if (run === undefined) return render();
  return runStep(run, { name: "render", version: 3, run: render }, { ...input, existing: hashOf(existing) });
}

const isText = (pair: readonly [string, string | undefined]): pair is readonly [string, string] =>
  pair[1] !== undefined;

/** Judges what was rendered by the same rules. */
export async function analyzeRendered(session: Session, plan: Plan, files: readonly RenderedFile[]): Promise<Analysis> {
  const tree = treeWith(session.tree, files);
  const analysis = await analyze(tree, rules, { dockerfile: plan.image.dockerfile });
  const config = { ...session.config, baseline: undefined };
  return withPolicy(analysis, { ...session, tree, config, options: {} }, { fingerprints: true });
}

/** One side of the comparison: which files, and which Dockerfile of them. */
export interface BuiltSide {
  readonly label: "before" | "after";
  readonly dockerfile: Dockerfile;
  readonly service: Service;
  readonly overlay: readonly RenderedFile[];
  readonly pins: readonly Pin[];
  readonly repetitions: number;
  /** Leave the image on the engine when the run ends. */
  readonly keep?: boolean;
}

/** What a build of a side is asked for, on this machine and with this team's settings. */
export function requestFor(session: Session, run: Run, side: BuiltSide): SideFacts {
  const { label, dockerfile } = side;
  return {
    ...side,
    root: session.folder,
    target: label === "before" ? dockerfile.target : undefined,
    buildArgs: {
      ...slowNetwork(session.world.env),
      ...givenSourceDate(session.world.env),
      ...(label === "before" ? session.config.buildArgs : {}),
    },
    platform: session.platform,
    externals: externalImages(dockerfile),
    mirrors: session.mirrors,
    ca: session.ca,
    caAs: label === "before" ? ("base" as const) : ("secret" as const),
    tag: tagOf(side.service, run, label),
    directory: join(run.directory, label),
  };
}

/** A machine on a slow network says so as uv itself is told; a Dockerfile that declares no such argument ignores it. */
const slowNetwork = ({ UV_HTTP_TIMEOUT: seconds }: Session["world"]["env"]): Readonly<Record<string, string>> =>
  seconds === undefined || !/^\d+$/.test(seconds) ? {} : { UV_HTTP_TIMEOUT: seconds };

/** Builds one side, or reads back what was built when its images are still there. */
export async function buildStep(
  session: Session,
  run: Run,
  engine: ConnectedEngine,
  {
    reuseBuilds,
    quick,
    twice,
    ...side
  }: BuiltSide & {
    /** Take the builds that install the dependencies again from an earlier run of the same input. */
    readonly reuseBuilds?: boolean;
    /** Only what the short proof looks at. */
    readonly quick?: boolean;
    /** Build it a second time, to see whether it comes out the same. */
    readonly twice?: boolean;
  },
): Promise<BuildSide> {
  const { label, dockerfile, overlay } = side;
  const how = { ...(quick === undefined ? {} : { quick }), ...(twice === undefined ? {} : { twice }) };
  const request = { ...requestFor(session, run, side), ...how };
  const input = {
    files: contentHashes(session),
    dockerfile: dockerfile.text,
    overlay,
    request: { ...request, service: "" },
  };
  const inputKey = hashOf({
    files: input.files,
    dockerfile: dockerfile.text,
    // The digests stand in the Dockerfile; the lock beside them has the date of today.
    overlay: overlay.filter(({ path }) => path !== PINS_FILE).map(({ path, content }) => [path, content]),
    how: [request.target, request.buildArgs, request.platform, request.mirrors, request.caAs],
    ca: request.ca === undefined ? "none" : hashOf(await readText(request.ca)),
    engine: [engine.name, engine.version, engine.store],
  });
  const saved = { name: `${label}/build`, version: 4 };
  return runStep(
    run,
    {
      ...saved,
      run: async () => {
        const earlier = reuseBuilds === true ? await earlierBuilds(run, saved, inputKey) : undefined;
        return buildSide(engine, { ...request, inputKey, earlier }, session.world.signal);
      },
      stillHolds: async ({ image }) => image === undefined || (await engine.inspect(image.tag)) !== undefined,
    },
    input,
  );
}

/** Images that the shipped stage needs from a registry, as the Dockerfile names them. */
export function externalImages(dockerfile: Dockerfile): readonly string[] {
  const stages = reachableStages(dockerfile);
  const bases = stages.filter(({ parent }) => parent === undefined).map(({ resolvedBase }) => resolvedBase);
  const sources = stages.flatMap((stage) => sourcesOf(dockerfile, stage));
  const named = sources.filter(({ stage }) => stage === undefined).map(({ name }) => name);
  return [...new Set([...bases, ...named])].filter((image) => image !== "scratch");
}

/** Name of the image that a run builds for one side. */
export const tagOf = (service: Service, run: Run, label: "before" | "after"): string =>
  `seaworthy/${imageName(service.name)}:${run.id}-${label}`;

const imageName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "") || "service";

/** A Dockerfile among rendered files. */
export function renderedDockerfile(plan: Plan, files: readonly RenderedFile[]): Dockerfile {
  const file = files.find(({ path }) => path === plan.image.dockerfile);
  return parseDockerfile(plan.image.dockerfile, file?.content ?? "");
}
