import { join, relative } from "node:path";
import { parseDockerfile } from "../dockerfile/parse.ts";
import { reachableStages, sourcesOf } from "../dockerfile/stages.ts";
import type { ConnectedEngine } from "../engine/engine.ts";
import { readText } from "../kit/files.ts";
import type { BuildSide, Dockerfile, Pin, Plan, RenderedFile, Service } from "../model/types.ts";
import { makePlan } from "../planner/make-plan.ts";
import { renderFiles } from "../planner/render.ts";
import { renderRunbook } from "../planner/render-runbook.ts";
import type { ScriptBeside } from "../planner/script-sidecars.ts";
import { readOwnFile } from "../project/own-file.ts";
import { PINS_FILE, readPins, renderPins, resolvePins } from "../registry/pins.ts";
import { fetchWithProxy } from "../registry/proxy.ts";
import { rules } from "../rules/index.gen.ts";
import { type Analysis, analyze, treeWith } from "./analyze.ts";
import { stopWhenUnreadable } from "./analyze-step.ts";
import { findBeside } from "./beside.ts";
import { buildSecretsOf } from "./build-secrets.ts";
import { buildSide, type SideFacts, type WhenBuilt } from "./build-side.ts";
import { seenAs } from "./apply.ts";
import { contentHashes } from "./content-hashes.ts";
import { earlierBuilds } from "./earlier-builds.ts";
import { filledContract } from "./filled-contract.ts";
import { withPolicy } from "./policy-step.ts";
import { givenSourceDate } from "./source-date.ts";
import { withExpectations } from "./expectations.ts";
import { planFacts } from "./plan-facts.ts";
import { buildOf, RENDER } from "./saved-steps.ts";
import { hashOf, type Run, runStep } from "./run-directory.ts";
import type { Session } from "./session.ts";

/** Decides what the image shall be. */
export async function planStep(session: Session, run: Run | undefined, analysis: Analysis): Promise<Plan> {
  stopWhenUnreadable(analysis);
  const facts = await planFacts(session, analysis);
  const decide = async () => makePlan(facts);
  const { overrides, profile, testsAsked, outputText, wheelGaps } = facts;
  const plan =
    run === undefined
      ? await decide()
      : await runStep(
          run,
          { name: "plan", version: 1, run: decide },
          { analysis, overrides, profile: profile.id, testsAsked, outputText, wheelGaps },
        );
  return { ...plan, contract: await withExpectations(session, plan.contract) };
}

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
  // No more is read: the tree tells of each file that is no text, as of one that could not be taken into account.
  const pins = [PINS_FILE, session.tree.files.includes(PINS_FILE) ? session.tree.read(PINS_FILE) : undefined] as const;
  // A Makefile is kept around our block also where git does not track it yet.
  const makefile = ["Makefile", await readOwnFile(session.folder, "Makefile")] as const;
  const existing = Object.fromEntries([pins, makefile].filter((pair) => isText(pair)));
  const lock: RenderedFile = {
    path: PINS_FILE,
    content: renderPins(input.pins, readPins(existing[PINS_FILE] ?? "")),
    executable: false,
    mode: "whole",
    why: "The digests of the base images, where they came from and when.",
  };
  const beside = await scriptBeside(session, input.plan, input.service);
  const render = async () => {
    // Only here: planning alone needs no checks.
    const { checks } = await import("../checks/index.gen.ts");
    const files = [...renderFiles({ ...input, existing, beside }), renderRunbook({ ...input, checks }), lock];
    const seen = files.map(async ({ path }) => seenAs(await readOwnFile(session.folder, path)));
    return (await Promise.all(seen)).map((replaces, index) => ({ ...(files[index] as RenderedFile), replaces }));
  };
  if (run === undefined) return render();
  return runStep(run, { ...RENDER, run: render }, { ...input, existing: hashOf(existing), beside });
}

/** What the stand-alone script starts beside the image. No path of this machine gets into it. */
async function scriptBeside(session: Session, plan: Plan, service: Service): Promise<ScriptBeside> {
  const { stack, roles, isSettled } = await findBeside(session, plan, service);
  const near = (path: string) => relative(session.folder, path) || ".";
  const steps = stack.steps.map((step) => {
    if (step.kind === "task" || step.sidecar.build === undefined) return step;
    const { build } = step.sidecar;
    const moved = { ...build, context: near(build.context), dockerfile: near(build.dockerfile) };
    return { ...step, sidecar: { ...step.sidecar, build: moved } };
  });
  return { steps, roles, env: filledContract(plan.contract, stack).env, notStarted: isSettled ? [] : stack.notStarted };
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
export async function requestFor(session: Session, run: Run, side: BuiltSide): Promise<SideFacts> {
  const { label, dockerfile } = side;
  return {
    ...side,
    root: session.folder,
    target: label === "before" ? dockerfile.target : undefined,
    buildSecrets: await buildSecretsOf(session),
    buildArgs: {
      ...slowNetwork(session.world.env),
      ...givenSourceDate(session.world.env),
      ...(label === "before" ? session.config.buildArgs : {}),
    },
    revision: label === "before" ? undefined : side.service.git.commit,
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
    whenBuilt,
    ...side
  }: BuiltSide & {
    /** Take the builds that install the dependencies again from an earlier run of the same input. */
    readonly reuseBuilds?: boolean;
    /** Only what the short proof looks at. */
    readonly quick?: boolean;
    /** Build it a second time, to see whether it comes out the same. */
    readonly twice?: boolean;
    readonly whenBuilt?: WhenBuilt | undefined;
  },
): Promise<BuildSide> {
  const { label, dockerfile, overlay } = side;
  const how = { ...(quick === undefined ? {} : { quick }), ...(twice === undefined ? {} : { twice }) };
  const request = { ...(await requestFor(session, run, side)), ...how };
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
    secrets: await hashesOf(request.buildSecrets, session.world.env),
    ca: request.ca === undefined ? "none" : hashOf(await readText(request.ca)),
    engine: [engine.name, engine.version, engine.store],
  });
  const saved = buildOf(label);
  return runStep(
    run,
    {
      ...saved,
      run: async () => {
        const earlier = reuseBuilds === true ? await earlierBuilds(run, saved, inputKey) : undefined;
        const now = { ...request, inputKey, earlier, whenBuilt };
        return buildSide(engine, now, session.world.signal, session.world.tell);
      },
      stillHolds: async ({ image }) => image === undefined || (await engine.inspect(image.tag)) !== undefined,
    },
    input,
  );
}

/** A build with another secret is another build. Only hashes, and they go into a hash. */
const hashesOf = (sources: SideFacts["buildSecrets"], env: Session["world"]["env"]) =>
  Promise.all(
    Object.entries(sources).map(async ([id, source]) => [
      id,
      hashOf(typeof source === "string" ? ((await readText(source)) ?? "") : (env[source.env] ?? "")),
    ]),
  );

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
