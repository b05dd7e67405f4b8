import { parseDockerfile } from "../dockerfile/parse.ts";
import type { ConnectedEngine } from "../engine/engine.ts";
import { UserError } from "../kit/errors.ts";
import type { BuildSide, Contract, Plan, RenderedFile } from "../model/types.ts";
import { contractOfImage, portFor, toldOf } from "../planner/image-contract.ts";
import { readOwnFile } from "../project/own-file.ts";
import type { Tree } from "../project/tree.ts";
import { isPythonProject } from "../planner/make-plan.ts";
import type { Analysis } from "./analyze.ts";
import { dockerfileOf } from "./analyze-step.ts";
import type { WhenBuilt } from "./build-side.ts";
import { withExpectations } from "./expectations.ts";
import { builtEarlier } from "./notes.ts";
import { planFacts } from "./plan-facts.ts";
import { stopWhenRefused } from "./refused.ts";
import type { Run } from "./run-directory.ts";
import type { Session } from "./session.ts";
import { type BuiltSide, buildStep, pinStep, planStep, renderedDockerfile, renderStep } from "./steps.ts";

/** Which image is to be proven. */
export interface Wanted {
  /** An existing image. */
  readonly image?: string | undefined;
  /** The image that the Dockerfile of today gives, instead of the reworked one. */
  readonly before?: boolean | undefined;
  readonly quick: boolean;
  /** Measure every build again, also where an earlier run did so from the same input. */
  readonly fresh?: boolean | undefined;
  /** Build it twice without cache, and compare. */
  readonly twice?: boolean;
  /** What is done as soon as there is an image of a rework, before the last of its builds. */
  readonly whenBuilt?: WhenBuilt | undefined;
}

/** The image under proof, and what it has to keep. */
export interface UnderProof {
  readonly build: BuildSide;
  readonly contract: Contract;
  /** How it was built, for an image of the rework. */
  readonly rework?: { readonly plan: Plan; readonly files: readonly RenderedFile[]; readonly side: BuiltSide };
}

/**
 * The plan that the image under proof has to keep; undefined where no rework was applied that made it: then the image's
 * own configuration is what is known.
 * @throws UserError `plan/refused` where the rework would be proven, and must not be made.
 */
export async function planOf(
  session: Session,
  run: Run,
  analysis: Analysis,
  { image, before }: Wanted,
): Promise<Plan | undefined> {
  const another = image !== undefined || before === true;
  if (before === true || (another && !isPythonProject(analysis.service))) return undefined;
  const plan = await planStep(session, run, analysis);
  const isApplied = session.tree.read(plan.image.dockerfile) !== undefined;
  if (another) return isApplied ? plan : undefined;
  if (!isApplied) stopWhenRefused(plan);
  return plan;
}

/** Builds the image, or takes the one that was named. */
export async function underProof(
  session: Session,
  run: Run,
  engine: ConnectedEngine,
  known: { readonly analysis: Analysis; readonly plan: Plan | undefined; readonly wanted: Wanted },
): Promise<UnderProof> {
  const { analysis, plan, wanted } = known;
  if (wanted.image !== undefined)
    return settled(session, { ...known, build: await givenImage(session, engine, wanted.image) });
  if (plan !== undefined) return reworked(session, run, engine, { plan, analysis, wanted });
  const pins: BuiltSide["pins"] = [];
  const { service } = analysis;
  const today = { label: "before" as const, dockerfile: dockerfileOf(analysis), overlay: [], service, pins };
  const build = await built(session, run, engine, { ...today, repetitions: 1, wanted });
  return settled(session, { ...known, build });
}

async function settled(
  session: Session,
  {
    analysis,
    plan,
    build,
  }: { readonly analysis: Analysis; readonly plan: Plan | undefined; readonly build: BuildSide },
): Promise<UnderProof> {
  if (plan !== undefined) return { build, contract: plan.contract };
  const facts = await planFacts(session, analysis);
  const { image } = build;
  const port = portFor(facts, image?.config);
  const contract = contractOfImage(facts, image?.config, port);
  if (image !== undefined) session.world.tell(toldOf(contract, port, image.config));
  return { build, contract: await withExpectations(session, contract) };
}

async function reworked(
  session: Session,
  run: Run,
  engine: ConnectedEngine,
  { plan, analysis, wanted }: { readonly plan: Plan; readonly analysis: Analysis; readonly wanted: Wanted },
): Promise<UnderProof> {
  const { service } = analysis;
  const pins = await pinStep(session, run, plan);
  const applied = session.tree.read(plan.image.dockerfile);
  // What lies in the folder is what ships: only where nothing was applied yet, the rendered files take its place.
  const rendered = await renderStep(session, run, { plan, pins, service });
  const files = applied === undefined ? rendered : await asTheyLie(session.folder, rendered);
  const overlay = applied === undefined ? rendered : notTracked(files, session.tree);
  const dockerfile =
    applied === undefined ? renderedDockerfile(plan, rendered) : parseDockerfile(plan.image.dockerfile, applied);
  const side = { label: "after" as const, dockerfile, overlay, service, pins, repetitions: 1 };
  if (applied !== undefined && overlay.length > 0)
    session.world.tell(
      `Git does not track ${overlay.map(({ path }) => path).join(", ")} yet: taken as the folder has them.`,
    );
  const build = await built(session, run, engine, { ...side, wanted });
  return { build, contract: plan.contract, rework: { plan, files, side } };
}

async function built(
  session: Session,
  run: Run,
  engine: ConnectedEngine,
  { wanted: { quick, fresh, twice = false, whenBuilt }, ...side }: BuiltSide & { readonly wanted: Wanted },
): Promise<BuildSide> {
  const reuseBuilds = fresh !== true && !quick;
  const build = await buildStep(session, run, engine, { ...side, quick, reuseBuilds, twice, whenBuilt });
  for (const note of builtEarlier("the image", build.builds)) session.world.tell(note);
  return build;
}

/** The files of a rework that was applied, as the folder has them now: what is demanded of them is demanded of these. */
export async function asTheyLie(folder: string, files: readonly RenderedFile[]): Promise<readonly RenderedFile[]> {
  const lying = await Promise.all(files.map(async (file) => ({ file, content: await readOwnFile(folder, file.path) })));
  return lying.flatMap(({ file, content }) => (content === undefined ? [] : [{ ...file, content }]));
}

/** What was applied and not yet added to git: a build is made from the tracked files, and would not find it. */
export const notTracked = (files: readonly RenderedFile[], tree: Pick<Tree, "files">): readonly RenderedFile[] =>
  files.filter(({ path }) => !tree.files.includes(path));

async function givenImage(session: Session, engine: ConnectedEngine, name: string): Promise<BuildSide> {
  const image = await engine.ensure(name);
  if (image.platform === session.platform) return { image, dockerfile: "", builds: [], bases: [] };
  throw new UserError("verify/platform", `${name} is for ${image.platform}, this machine runs ${session.platform}`, {
    hint: "Pull or build the image for this platform.",
  });
}
