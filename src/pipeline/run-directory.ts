import { createHash, randomBytes } from "node:crypto";
import { promises } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../kit/errors.ts";
import { makeFolder, unwritable, writeWhole } from "../kit/files.ts";
import { byText } from "../kit/text.ts";
import { VERSION } from "./version.ts";
import { serviceFolder } from "./folder.ts";

/** One run: a directory with everything one invocation learned. Killed anywhere, it is taken up again where it stood. */
export interface Run {
  readonly id: string;
  readonly directory: string;
  readonly startedAt: string;
  /** It was begun by an earlier invocation. */
  readonly resumed: boolean;
  readonly timeline: TimelineEntry[];
}

interface TimelineEntry {
  readonly step: string;
  /** Milliseconds after this invocation began. */
  readonly startMs: number;
  readonly milliseconds: number;
  /** Read back from an earlier invocation; `milliseconds` is then what it took at that time. */
  readonly reused: boolean;
}

/** One part of the pipeline. `Input` and `Output` are plain data, so both can be hashed and written down. */
export interface Step<Input, Output> {
  /** Also the file name; may hold `/`. */
  readonly name: string;
  /** Raise it when the meaning of the output changes; old runs are then not read back. */
  readonly version: number;
  run(input: Input): Promise<Output>;
  /** Asked before a saved output is reused, for outputs that can vanish behind our back, such as an image. */
  stillHolds?(output: Output): Promise<boolean>;
}

interface Saved<Output> {
  readonly key: string;
  readonly version: number;
  readonly finishedAt: string;
  readonly milliseconds: number;
  readonly output: Output;
}

interface RunFile {
  readonly id: string;
  readonly startedAt: string;
  readonly pid: number;
  readonly finishedAt?: string;
}

/** Links beside the runs: to the one begun last, and to the last one that has a report, which is what scripts read. */
const NEWEST = "newest";
const LATEST = "latest";
const isRunId = (name: string): boolean => name !== NEWEST && name !== LATEST;

const runsOf = (folder: string): string => join(folder, ".seaworthy", "runs");

/**
 * Starts a run below `<folder>/.seaworthy/runs`, or takes up the newest one when it was never finished and its process
 * is gone.
 * @param now Milliseconds since 1970.
 */
export async function openRun(folder: string, options: { now: number; fresh: boolean }): Promise<Run> {
  const base = runsOf(folder);
  const unfinished = options.fresh ? undefined : await unfinishedRun(base);
  const id = unfinished?.id ?? newId(options.now);
  const startedAt = unfinished?.startedAt ?? new Date(options.now).toISOString();
  const directory = join(base, id);
  await makeFolder(directory);
  await writeWhole(join(base, "..", ".gitignore"), "*\n");
  await writeWhole(join(directory, "run.json"), json({ id, startedAt, pid: process.pid } satisfies RunFile));
  await point(base, NEWEST, id);
  await mustNotBlock(base, LATEST);
  return { id, directory, startedAt, resumed: unfinished !== undefined, timeline: [] };
}

/** Opens a run that exists, by id, path or `latest`, to read it again.
 * @throws UserError `run/not-found`, `project/no-folder`. */
export async function findRun(folder: string, name: string): Promise<Run> {
  const directory = name.includes("/") ? name : join(runsOf(folder), name);
  const file = await readRunFile(directory);
  if (file === undefined) {
    serviceFolder(folder);
    const all = await promises.readdir(runsOf(folder)).catch(() => []);
    const known = all.filter((run) => !run.startsWith(".") && run !== NEWEST && run !== LATEST).toSorted(byText);
    const runs = runsOf(folder);
    if (known.length === 0)
      throw new UserError("run/not-found", `There is no run \`${name}\` in ${runs}`, {
        hint: "Run `seaworthy` on the folder first.",
      });
    if (name === LATEST)
      throw new UserError("run/not-found", `No run in ${runs} has a report that can be read`, {
        hint: `Run \`seaworthy\` on the folder again: it takes an unfinished run up where it stood. There are ${known.join(", ")}.`,
      });
    throw new UserError("run/not-found", `There is no run \`${name}\` in ${runs}`, {
      hint: `Known runs: ${known.join(", ")}.`,
    });
  }
  return { id: file.id, directory, startedAt: file.startedAt, resumed: true, timeline: [] };
}

/** @param hasReport Its report is written: from now on `latest` is this run. */
export async function finishRun(run: Run, now: number, hasReport = false): Promise<void> {
  const file: RunFile = {
    id: run.id,
    startedAt: run.startedAt,
    pid: process.pid,
    finishedAt: new Date(now).toISOString(),
  };
  await writeWhole(join(run.directory, "run.json"), json(file));
  if (hasReport) await point(dirname(run.directory), LATEST, run.id);
}

/**
 * Runs a step, or reads back what it wrote when its input is the same as last time.
 * @param tool Version of seaworthy: another one may decide, render or probe otherwise, so it reads nothing of this one's.
 */
export async function runStep<Input, Output>(
  run: Run,
  step: Step<Input, Output>,
  input: Input,
  tool: string = VERSION,
): Promise<Output> {
  const file = join(run.directory, `${step.name}.json`);
  const key = hashOf([tool, step.name, step.version, input]);
  const startMs = performance.now();

  const saved = await readSaved<Output>(file);
  if (saved?.key === key && (await (step.stillHolds?.(saved.output) ?? true))) {
    run.timeline.push({ step: step.name, startMs, milliseconds: saved.milliseconds, reused: true });
    return saved.output;
  }
  const output = await step.run(input);
  const milliseconds = performance.now() - startMs;
  const next: Saved<Output> = {
    key,
    version: step.version,
    finishedAt: new Date().toISOString(),
    milliseconds,
    output,
  };
  await writeWhole(file, json(next));
  run.timeline.push({ step: step.name, startMs, milliseconds, reused: false });
  return output;
}

/** What a finished step of this version wrote, whatever its input was; undefined when there is no such thing. */
export async function readStep<Output>(
  run: Run,
  step: Pick<Step<unknown, Output>, "name" | "version">,
): Promise<Output | undefined> {
  const saved = await readSaved<Output>(join(run.directory, `${step.name}.json`));
  return saved?.version === step.version ? saved.output : undefined;
}

/** What a finished step of this version wrote about exactly this input. */
export async function readSameStep<Output>(
  run: Run,
  step: Pick<Step<unknown, Output>, "name" | "version">,
  input: unknown,
): Promise<Output | undefined> {
  const saved = await readSaved<Output>(join(run.directory, `${step.name}.json`));
  return saved?.key === hashOf([VERSION, step.name, step.version, input]) ? saved.output : undefined;
}

/** The other runs of the same folder, newest first. */
export async function otherRuns(run: Run): Promise<readonly Run[]> {
  const folder = dirname(run.directory);
  const ids = (await promises.readdir(folder)).filter((name) => isRunId(name) && name !== basename(run.directory));
  return ids.toSorted((a, b) => (a < b ? 1 : -1)).map((id) => ({ ...run, id, directory: join(folder, id) }));
}

/** sha256 of a value's JSON, in hexadecimal. */
export const hashOf = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function newId(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replaceAll(/[:T-]/g, "")}-${randomBytes(3).toString("hex")}`;
}

async function unfinishedRun(base: string): Promise<RunFile | undefined> {
  const newest = await promises.readlink(join(base, NEWEST)).catch(() => undefined);
  if (newest === undefined) return undefined;
  const file = await readRunFile(join(base, newest));
  return file === undefined || file.finishedAt !== undefined || isAlive(file.pid) ? undefined : file;
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Told at the start of a run, not after it: something that is no link stands where the link must be. */
async function mustNotBlock(base: string, link: string): Promise<void> {
  const blocked = await promises.readlink(join(base, link)).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code !== "ENOENT",
  );
  if (blocked) throw unwritable(join(base, link), new Error("it is no link"));
}

async function point(base: string, link: string, id: string): Promise<void> {
  const next = join(base, `.${link}-${id}-${process.pid}`);
  try {
    await promises.symlink(id, next);
    await promises.rename(next, join(base, link));
  } catch (error) {
    throw unwritable(join(base, link), error);
  }
}

async function readRunFile(directory: string): Promise<RunFile | undefined> {
  const file = await readJson<Partial<RunFile> | null>(join(directory, "run.json"));
  const whole = typeof file?.id === "string" && typeof file.startedAt === "string" && typeof file.pid === "number";
  return whole ? (file as RunFile) : undefined;
}
const readSaved = <Output>(file: string): Promise<Saved<Output> | undefined> => readJson<Saved<Output>>(file);

/** A half-written or foreign file reads as "not there": the step simply runs again. */
async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await promises.readFile(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}
