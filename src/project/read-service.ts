import { logFilesOfFiles } from "./log-files.ts";
import { literal } from "../kit/pattern.ts";
import { type Ignore, readIgnore } from "../dockerfile/ignore.ts";
import { beyondLimits } from "../dockerfile/limits.ts";
import { hasStage } from "../dockerfile/stages.ts";
import type { BuildTarget, Dockerfile, Evidence, Fact, Service, StartCommand, WorkspaceUse } from "../model/types.ts";
import { findApplication } from "./application.ts";
import { readBrowsers } from "./browsers.ts";
import { runsAsItself } from "./by-hand.ts";
import { codeInImage } from "./code-in-image.ts";
import { conventionalReads } from "./conventional-reads.ts";
import { readPrograms } from "./programs.ts";
import { serverWrites } from "./command-writes.ts";
import { readFileUses } from "./writes.ts";
import { dockerEnv } from "./docker-facts.ts";
import { dockerfilesOf } from "./dockerfiles.ts";
import { readEnv } from "./env.ts";
import { findFramework, findServer } from "./framework.ts";
import { refined } from "./own-server.ts";
import { readManaged, readProject } from "./managed.ts";
import { packagingOf } from "./member-packaging.ts";
import { memberScripts, ownScripts } from "./packaging.ts";
import { type NamedTarget, nothingOutside, type Outside } from "./outside.ts";
import { readCompose } from "./outside-compose.ts";
import { readHosting } from "./outside-hosting.ts";
import { readPlatforms } from "./outside-platforms.ts";
import { readScripts } from "./outside-scripts.ts";
import { healthPathsOf } from "./health-paths.ts";
import { judgeableDockerfile, parsedDockerfile } from "./parsed-dockerfile.ts";
import { findPort } from "./port.ts";
import { inProject } from "./project-folder.ts";
import { withRunScripts } from "./run-scripts.ts";
import { GrammarNeeded, PythonSources } from "./python-source.ts";
import { readRoutes } from "./routes.ts";
import { readSetupFiles } from "./setup-files.ts";
import { configuredStop } from "./stop-config.ts";
import { dockerfileStarts } from "./starts.ts";
import { staticRootOf } from "./static-root.ts";
import type { Tree, TreeProblem } from "./tree.ts";

export interface ReadOptions {
  /** The Dockerfile to rework, relative to the tree; without it the most usual one that is there. */
  readonly dockerfile?: string;
  /** Its stage that ships, when the team says which. */
  readonly target?: string;
}

/** Reads everything the files of a folder tell about the service in it. Never throws for what a file says. */
export async function readService(tree: Tree, options: ReadOptions = {}): Promise<Service> {
  const sources = PythonSources.of(tree);
  try {
    return await readWith(tree, sources, options);
  } catch (error) {
    if (!(error instanceof GrammarNeeded)) throw error;
    // Once more with the full grammar, which most services do not need; parsed files and read texts are kept.
    await sources.loadGrammar();
    return readWith(tree, sources, options);
  }
}

async function readWith(tree: Tree, all: PythonSources, options: ReadOptions): Promise<Service> {
  const dockerfiles = dockerfilesOf(tree, options.dockerfile);
  const outsideProblems: TreeProblem[] = [];
  const outside = await readOutside(tree, dockerfiles[0], outsideProblems);
  const target = targetOf(parsed(tree, dockerfiles[0]), options.target, outside);
  const dockerfile = parsed(tree, dockerfiles[0], target?.value);
  const problems: TreeProblem[] = [...refusedDockerfile(tree, dockerfiles[0])];
  const dockerignore = dockerignoreOf(tree, dockerfiles[0]);
  const { folder, pyproject } = readProject(tree, dockerfile, problems);
  const setup = readSetupFiles(all);
  const managed = readManaged({ tree, folder, pyproject, setup, dockerfile, dockerignore, problems });
  const { lock, dependencies } = managed;
  const sources = all.without(dependencies.members?.others ?? []);
  const scripts = { ...memberScripts(tree, pyproject), ...ownScripts(setup, pyproject) };
  const isInImage = inImage(dockerfile, sources.paths, dockerignore?.ignore);
  const written = [...startsOfImages(tree, dockerfiles, target?.value), ...outside.starts];
  const starts = refined(sources, withRunScripts(written, tree, pyproject), scripts);
  const isJudged = ({ evidence }: StartCommand) => !dockerfiles.slice(1).includes(evidence.file);
  const imageEnv = dockerEnv(dockerfile);
  const application = findApplication(starts, { sources, pyproject, scripts }, imageEnv);
  const framework = findFramework({ sources, application, dependencies, starts, lock: lock?.path });
  const server = findServer(starts, dependencies);
  const routes = readRoutes(sources).filter(isInImage);
  const uses = readFileUses(sources, starts);
  return {
    name: nameOf(tree, pyproject?.name, dependencies.members),
    ...ofTree(tree),
    ...managed,
    packaging: packagingOf({ tree, folder, pyproject, sources, setup, application: application?.value, dependencies }),
    framework,
    server,
    application,
    starts,
    port: findPort({ starts, sources, dockerfile, server: server.value, framework: framework.value }),
    routes,
    healthPaths: healthPathsOf(routes, framework, starts),
    env: readEnv(sources, {
      packages: dependencies.runtimeClosure,
      examples: outside.examples,
      isInImage,
      runsItself: runsAsItself(sources, starts, scripts),
    }),
    writes: [
      ...uses.writes.filter(isInImage),
      ...serverWrites(starts.filter(isJudged), sources, imageEnv),
      ...(await logFilesOfFiles(tree, uses.reads, starts)),
    ],
    programs: readPrograms(sources, dependencies, { lock: namedIn(lock, folder), starts }).filter(isInImage),
    reads: [...uses.reads, ...conventionalReads(tree, starts, dependencies.runtimeClosure)],
    ...seldomThere(sources, isInImage),
    dockerfiles,
    ...(target === undefined ? {} : { target }),
    ...(outside.targets.length === 0 ? {} : { buildTargets: outside.targets.map(asBuilt) }),
    dockerignore: dockerignore?.file,
    ...told(outside),
    ...configuredStop(starts, sources, imageEnv),
    problems: [...problems, ...outsideProblems, ...sources.problems, ...tree.problems],
  };
}

/** Whether what a file says is said of the image: Python that no stage is given never runs there. */
function inImage(
  dockerfile: Dockerfile | undefined,
  files: readonly string[],
  ignore: Ignore | undefined,
): (fact: { readonly evidence: Evidence }) => boolean {
  const given = dockerfile === undefined ? undefined : codeInImage({ dockerfile, files, ignore });
  if (given === undefined) return () => true;
  const known = new Set(files);
  return ({ evidence: { file } }) => !known.has(file) || given.has(file);
}

/** What is tracked, and what of it is no file of its own. */
function ofTree({
  files,
  git,
  links = {},
  submodules = [],
}: Tree): Pick<Service, "files" | "git" | "links" | "submodules"> {
  return {
    files,
    git,
    ...(Object.keys(links).length === 0 ? {} : { links }),
    ...(submodules.length === 0 ? {} : { submodules }),
  };
}

/** What few services have. */
function seldomThere(
  sources: PythonSources,
  isInImage: (fact: { readonly evidence: Evidence }) => boolean,
): Pick<Service, "browsers" | "staticRoot"> {
  const browsers = readBrowsers(sources).filter(isInImage);
  return { ...staticRootOf(sources), ...(browsers.length === 0 ? {} : { browsers }) };
}

const told = ({ probes, gracePeriods, limits, hosted, mounts, volumes, tasks }: Outside) => ({
  outsideProbes: probes,
  gracePeriods,
  outsideLimits: limits,
  ...(hosted.length === 0 ? {} : { hostedServices: hosted }),
  composeMounts: mounts,
  ...(volumes.length === 0 ? {} : { composeVolumes: volumes }),
  taskDefinitions: tasks,
});

async function readOutside(tree: Tree, own: string | undefined, problems: TreeProblem[]): Promise<Outside> {
  const outside = nothingOutside();
  await readCompose(tree, outside, { own, problems });
  await readPlatforms(tree, outside, problems);
  await readHosting(tree, outside, problems);
  await readScripts(tree, outside, problems);
  return outside;
}

function startsOfImages(
  tree: Tree,
  dockerfiles: readonly string[],
  target: string | undefined,
): readonly StartCommand[] {
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);
  // A Dockerfile in another folder makes another image: what that one starts is not this service.
  const own = dockerfiles.filter((path) => folderOf(path) === folderOf(dockerfiles[0] ?? ""));
  return own.flatMap((path, place) => {
    const dockerfile = parsed(tree, path, place === 0 ? target : undefined);
    return dockerfile === undefined ? [] : dockerfileStarts(tree, dockerfile);
  });
}

/** A workspace with many services has the name of none. */
const nameOf = (tree: Tree, project: string | undefined, members: WorkspaceUse | undefined): string =>
  (members?.asked.length === 1 ? members.asked[0] : project) ??
  tree.root.split("/").findLast((part) => part !== "") ??
  "service";

function parsed(tree: Tree, path: string | undefined, target?: string): Dockerfile | undefined {
  const dockerfile = path === undefined ? undefined : judgeableDockerfile(tree, path);
  if (dockerfile === undefined) return undefined;
  return { ...dockerfile, ...(target === undefined ? {} : { target }) };
}

/** What of the Dockerfile to rework cannot be judged; of the others nothing is said. */
function refusedDockerfile(tree: Tree, path: string | undefined): readonly TreeProblem[] {
  const dockerfile = path === undefined ? undefined : parsedDockerfile(tree, path);
  const message = dockerfile === undefined ? undefined : beyondLimits(dockerfile);
  return path === undefined || message === undefined ? [] : [{ file: path, line: 1, message }];
}

/** How it is built counts here alone. */
const asBuilt = ({ dockerfile, stage, evidence }: NamedTarget): BuildTarget => ({ dockerfile, stage, evidence });

/** A stage to develop or to test in, which nobody ships although it comes last. */
const FOR_DEVELOPMENT =
  /(?:^|[-_.])(?:dev|develop|development|debug|(?:unit|integration|e2e)?-?tests?|testing|lint|ci)(?:[-_.]|$)/i;

/**
 * The stage that the team names; else the one that all of CI's builds of this file name. What Compose builds counts
 * when the last stage is one to develop in, and of its stages those that are not: otherwise it is Compose that is for
 * development.
 */
function targetOf(
  dockerfile: Dockerfile | undefined,
  named: string | undefined,
  { targets }: Outside,
): Fact<string> | undefined {
  if (named !== undefined) return { value: named, confidence: "certain", evidence: [] };
  if (dockerfile === undefined) return undefined;
  const own = targets.filter(
    ({ by, dockerfile: file, stage }) =>
      by !== "command" && mayName(file, dockerfile.path) && hasStage(dockerfile, stage),
  );
  if (own.length === 0) return undefined;
  const ofCi = own.filter(({ by }) => by === "step");
  const isAside = FOR_DEVELOPMENT.test(dockerfile.stages.at(-1)?.name ?? "");
  const shipping = own.filter(({ stage }) => !FOR_DEVELOPMENT.test(stage));
  const ofCompose = shipping.length > 0 ? shipping : own;
  const counting = ofCi.length > 0 || !isAside ? ofCi : ofCompose;
  const [first] = counting;
  if (first === undefined || counting.some(({ stage }) => stage !== first.stage)) return undefined;
  return { value: first.stage, confidence: "likely", evidence: [first.evidence] };
}

/** A matrix of CI builds several files in one step: `Dockerfile.${{ matrix.os }}`. */
function mayName(written: string, path: string): boolean {
  if (!written.includes("${{")) return written.endsWith(path);
  const parts = written.replace(/^\.\//, "").split(/\$\{\{[^}]*\}\}/);
  const escaped = parts.map((part) => literal(part).source);
  return new RegExp(`^${escaped.join("[^/]*")}$`).test(path);
}

function dockerignoreOf(tree: Tree, dockerfile: string | undefined) {
  for (const file of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    const text = tree.read(file);
    if (text !== undefined) return { file, ignore: readIgnore(text) };
  }
  return undefined;
}

/** The file that names the libraries. */
const namedIn = (lock: { readonly path: string } | undefined, folder: string | undefined): string =>
  lock?.path ?? inProject(folder, "pyproject.toml");
