import { isIn } from "../kit/paths.ts";
import { NeverHealthy } from "./support/health.ts";
import { UserError } from "../kit/errors.ts";
import type { Container, ImageEntry } from "../engine/engine.ts";
import type { Contract } from "../model/types.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { type Life, problemIn } from "./support/asked-twice.ts";
import { firstHealthy, whyUnhealthy } from "./support/health.ts";
import { type HookedRun, hookedRun } from "./support/hooked-run.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { minimalSet, mostTrials, type Trial } from "./support/minimal-set.ts";
import { startPatience } from "./support/patience.ts";
import { visit, visitAgain } from "./support/routes.ts";
import { sendRequests } from "./support/requests.ts";
import { startService } from "./support/service.ts";
import { strictLife, worksLike } from "./support/strict-life.ts";
import { contractUnder, environmentUnder, taskOf } from "./support/task.ts";
import { within } from "./support/time.ts";
import { type Answers, worseAnswers } from "./support/visits.ts";
import { complaints, writableRun } from "./support/writable-run.ts";
import { belowTemporary, type WrittenFolder, writtenFolders } from "./support/written-folders.ts";

/** Where the image writes, and which of these places must be writable for it to work on a strictly read-only root. */
export interface Writes {
  /** Why the hook saw nothing; undefined when it ran. Only the engine's difference and the trials count then. */
  readonly blind: string | undefined;
  /** Where it was seen to write, and where it was not and yet must. */
  readonly folders: readonly WrittenFolder[];
  /** Programs that it starts: what they write, only the engine's difference shows. */
  readonly programs: readonly string[];
  /** Undefined when none was found, for the reason in `problem`. */
  readonly minimal: readonly string[] | undefined;
  readonly problem: string;
  readonly trials: readonly Trial[];
  readonly requests: number;
  /** How the places that are needed do under the rules of Fargate; undefined without a task for it on a read-only root. */
  readonly fargate: UnderFargate | undefined;
  readonly log: readonly LoggedLine[];
}

interface UnderFargate {
  readonly place: string;
  readonly paths: readonly FargatePath[];
  readonly works: boolean;
  readonly problem: string;
}

export interface FargatePath {
  readonly path: string;
  /** The image declares it with VOLUME: then a volume takes over its owner, else it belongs to root. */
  readonly declared: boolean;
  /** The task mounts a volume there. */
  readonly mounted: boolean;
  /** As the image has it; undefined where it has no such folder. */
  readonly owner: string | undefined;
}

/** Each costs a start. */
const MOST_CANDIDATES = 8;

/** Beside the start: the requests of one life. */
const REQUESTS_MS = 10_000;

/** Long enough for all lives: the hooked one, those of the trials, each made again, and the one under Fargate's rules. */
export function mostPatience(contract: Contract): number {
  const trials = mostTrials(MOST_CANDIDATES + contract.writablePaths.length);
  return (1 + 2 * trials + 1) * (startPatience(contract) + REQUESTS_MS) + 60_000;
}

export const writes: Probe<Writes> = {
  id: "writes",
  title: "Note from inside where the image writes, and take away each place in turn on a read-only root",
  runs: "beside-others",
  long: true,
  reworkedOnly: true,
  needsHealthy: true,
  version: 5,
  async collect(context) {
    const signal = within(context.signal, mostPatience(context.contract), "Looking for writable places");
    const seen = await hookedRun(context, signal);
    if (seen.usual === undefined) throw new NeverHealthy(seen.problem);
    const folders = writtenFolders(seen.records.writes, seen.changes, await broughtBy(context, seen));
    const known = {
      blind: seen.blind,
      folders,
      programs: [...new Set(seen.records.programs.map(({ program }) => program))].slice(0, 20),
      requests: seen.usual.visits.length + seen.usual.requests.length,
      log: seen.log,
    };
    if (context.engine.strictReadOnly === false)
      return {
        ...known,
        minimal: undefined,
        problem: `${context.engine.name} mounts writable folders of its own under a read-only root here, so what is needed cannot be told.`,
        trials: [],
        fargate: undefined,
      };
    // Compiled code writes unseen, and a temporary file that is gone again is in no difference.
    const unseen = context.contract.writablePaths
      .filter((path) => !folders.some((folder) => folder.path === path))
      .map((path): WrittenFolder => ({ path, mount: "tmpfs", by: [], examples: [], phase: "unknown" }));
    const all = [...folders, ...unseen];
    const { set: minimal, trials } = await minimalSet(
      inOrder(folders, context),
      unseen.map(({ path }) => path),
      (given) => tryOn(given, { context, seen, folders: all, signal }),
    );
    return {
      ...known,
      folders: [...folders, ...unseen.filter(({ path }) => minimal?.includes(path))],
      minimal,
      problem: minimal === undefined ? (trials.at(-1)?.problem ?? "") : "",
      trials,
      fargate: await underFargate(minimal ?? [], { context, seen, folders, signal }),
    };
  },
};

const MOST_LOOKS = 50;

/** Folders below /tmp and /run in which it writes and that the image has, each with an owner of its own. */
async function broughtBy({ engine, image }: ProbeContext, seen: HookedRun): Promise<ReadonlySet<string>> {
  const below = belowTemporary(seen.records.writes, seen.changes).slice(0, MOST_LOOKS);
  if (below.length === 0) return new Set();
  await using files = await engine.openFiles(image.id);
  const found = await Promise.all(below.map(async (path) => [path, (await files.look(path))?.kind] as const));
  return new Set(found.flatMap(([path, kind]) => (kind === "directory" ? [path] : [])));
}

interface Experiment {
  readonly context: ProbeContext;
  readonly seen: HookedRun;
  readonly folders: readonly WrittenFolder[];
  readonly signal: AbortSignal;
}

/** First those that the contract does not name: where there is a choice, what it names is kept. */
function inOrder(folders: readonly WrittenFolder[], { contract }: ProbeContext): readonly string[] {
  const isDeclared = (path: string) => contract.writablePaths.includes(path);
  const paths = folders.map(({ path }) => path).filter((path) => path !== "/");
  if (paths.length > MOST_CANDIDATES)
    throw new UserError(
      "probe/too-many-folders",
      `It writes in ${paths.length} folders, too many to take away each in turn: ${paths.join(", ")}`,
      { hint: "Let it write below one folder, and name that as `writable` under `decisions` in seaworthy.yaml." },
    );
  return paths.toSorted((a, b) => Number(isDeclared(a)) - Number(isDeclared(b)) || b.length - a.length);
}

/** One strictly read-only life with some of the places writable. Returns why it does not work, or undefined. */
async function tryOn(
  given: readonly string[],
  { context, seen, folders, signal }: Experiment,
): Promise<string | undefined> {
  const of = (mount: WrittenFolder["mount"]) =>
    folders.filter((folder) => folder.mount === mount && given.includes(folder.path)).map(({ path }) => path);
  // What the image declares with VOLUME is writable without being given; where it is not given here, it must not be.
  const taken = context.image.config.volumes.filter(
    (path) => !given.includes(path) && folders.some((folder) => folder.path === path),
  );
  if (given.length + taken.length === 0 && (await worksWithoutAny(context, signal))) return undefined;
  return await usedAs(
    seen,
    { context, signal },
    {
      readOnly: true,
      tmpfs: [...of("tmpfs").map((path) => `${path}:mode=1777`), ...taken.map(readOnly)],
      volumes: of("volume"),
    },
  );
}

/** Where the contract names no writable place, its life on a strictly read-only root has shown it already. */
async function worksWithoutAny(context: ProbeContext, signal: AbortSignal): Promise<boolean> {
  if (context.contract.writablePaths.length > 0) return false;
  const life = await strictLife(context, signal);
  return life !== undefined && worksLike(await writableRun(context, signal), life);
}

/** An engine mounts a volume at each path that the image declares with VOLUME, unless something else is mounted there. */
const readOnly = (path: string): string => `${path}:ro,mode=1777`;

const usedAs = (...life: Parameters<typeof lifeAs>): Promise<string | undefined> => problemIn(() => lifeAs(...life));

/** Starts it so, asks the same as in the run that could write everywhere, and compares. */
async function lifeAs(
  { usual }: HookedRun,
  { context, signal }: Pick<Experiment, "context" | "signal">,
  options: Parameters<typeof startService>[1],
): Promise<Life> {
  const { contract } = context;
  await using container = await startService(context, options);
  const health = await firstHealthy(container, contract, { limitMs: startPatience(contract), signal });
  const asked = health.healthy ? await askedAs(usual, container, { contract, signal }) : NOTHING;
  const lines = await container.logs();
  const [complaint] = complaints(lines, usual);
  const tellsOfWriting = complaint !== undefined;
  if (!health.healthy) return { problem: whyUnhealthy(health, logTail(lines)), tellsOfWriting };
  const worse = worseAnswers(usual ?? NOTHING, asked);
  if (worse.length > 0) return { problem: `Answers become worse: ${worse.slice(0, 3).join(", ")}.`, tellsOfWriting };
  return tellsOfWriting ? { problem: `A write failed: ${complaint}`, tellsOfWriting } : { tellsOfWriting };
}

const NOTHING: Answers = { visits: [], requests: [] };

async function askedAs(
  usual: HookedRun["usual"],
  container: Container,
  { contract, signal }: { readonly contract: Contract; readonly signal: AbortSignal },
): Promise<Answers> {
  const visits = await visit(container, contract, usual?.paths ?? [], signal);
  const again = await visitAgain(container, contract, usual?.again ?? [], signal);
  return { visits, again, requests: await sendRequests(container, contract, signal) };
}

/** As Fargate mounts them: a volume takes over the owner where the image declares the path, and belongs to root elsewhere. */
async function underFargate(
  minimal: readonly string[],
  { context, seen, signal }: Experiment,
): Promise<UnderFargate | undefined> {
  const { service, contract, image, engine } = context;
  const task = taskOf(service, contract);
  if (task === undefined || !task.fargate || !task.readOnlyRoot) return undefined;
  const place = `${task.evidence.file}:${task.evidence.line}`;
  if (minimal.length === 0) return { place, paths: [], works: true, problem: "" };
  await using files = await engine.openFiles(image.id);
  const paths: FargatePath[] = [];
  for (const path of minimal)
    paths.push({
      path,
      declared: image.config.volumes.includes(path),
      mounted: task.mounts.some((mount) => !mount.readOnly && isIn(path, mount.path)),
      owner: ownerOf(await files.look(path)),
    });
  const mounted = paths.filter((one) => one.mounted);
  const problem = await usedAs(
    seen,
    { context: { ...context, contract: contractUnder(task, contract) }, signal },
    {
      readOnly: true,
      env: environmentUnder(task, contract),
      volumes: mounted.filter(({ declared }) => declared).map(({ path }) => path),
      emptyVolumes: mounted.filter(({ declared }) => !declared).map(({ path }) => path),
      tmpfs: paths.filter((one) => one.declared && !one.mounted).map(({ path }) => readOnly(path)),
      ...(task.user === undefined ? {} : { user: task.user }),
    },
  );
  return { place, paths, works: problem === undefined, problem: problem ?? "" };
}

const ownerOf = (entry: ImageEntry | undefined): string | undefined =>
  entry?.kind === "directory" ? `${entry.uid}:${entry.gid} ${entry.mode.toString(8)}` : undefined;
