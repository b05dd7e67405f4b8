import { createHash } from "node:crypto";
import { promises } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../kit/errors.ts";
import { makeFolder, readText, unwritable, writeWhole } from "../kit/files.ts";
import type { RenderedFile } from "../model/types.ts";
import { backupsOf } from "./backups.ts";
import { inside } from "./context.ts";
import { type Journal, type JournalEntry, readJournals, writeJournal } from "./journal.ts";
import { placeIn } from "./real-path.ts";

export interface ApplyOptions {
  readonly id: string;
  readonly run: string;
  readonly signal: AbortSignal;
  /** Also over what was changed since the run. */
  readonly force: boolean;
}

/**
 * Writes files into the service's folder, after a backup of each. Every file is replaced whole; an interrupted apply is
 * undone by `recover`, so that the tree is either the old one or the new one.
 * @throws UserError `apply/changed-since` for a file that is not what the run saw; nothing is written then.
 */
export async function applyFiles(
  folder: string,
  files: readonly RenderedFile[],
  options: ApplyOptions,
): Promise<Journal> {
  await recover(folder);
  const changed: RenderedFile[] = [];
  const folders = new Set<string>();
  for (const file of files) {
    const place = await placeIn(folder, file.path);
    const now = await readText(place.file);
    if (now === file.content) continue;
    const refusal = options.force ? undefined : refusalOf(file, now);
    if (refusal !== undefined) throw refusal;
    changed.push(file);
    for (const missing of place.missing) folders.add(missing);
  }
  // Not written down: `rollback` takes back the last apply that changed something.
  if (changed.length === 0) return { id: options.id, run: options.run, state: "applied", files: [], folders: [] };
  const backup = join(backupsOf(folder), options.id);
  await makeFolder(backup);
  await writeWhole(join(folder, ".seaworthy", ".gitignore"), "*\n");
  const entries: JournalEntry[] = [];
  for (const [index, file] of changed.entries()) entries.push(await keepOld(folder, backup, index, file));
  const journal: Journal = {
    id: options.id,
    run: options.run,
    state: "applying",
    files: entries,
    folders: [...folders],
  };
  await writeJournal(folder, journal);
  try {
    for (const file of changed) {
      options.signal.throwIfAborted();
      await writeWhole(inside(folder, file.path), file.content, file.executable ? 0o755 : 0o644);
    }
  } catch (error) {
    await restore(folder, journal);
    throw error;
  }
  const done: Journal = { ...journal, state: "applied" };
  await writeJournal(folder, done);
  return done;
}

/**
 * Takes the last apply back.
 * @param force Also when a file was changed since.
 * @throws UserError `rollback/nothing`, `rollback/changed-since`, `rollback/no-backup`.
 */
export async function rollBack(folder: string, options: { readonly force: boolean }): Promise<Journal> {
  const recovered = await recover(folder);
  const journals = await readJournals(folder);
  const last = journals.findLast(({ state }) => state === "applied");
  const finished = journals.find(({ id }) => id === recovered);
  if (last === undefined && finished !== undefined) return finished;
  if (last === undefined)
    throw new UserError("rollback/nothing", `Nothing was applied in ${folder}`, {
      hint: "`seaworthy apply` writes files; `rollback` takes the last apply back.",
    });
  for (const entry of options.force ? [] : last.files) {
    const now = await readText(inside(folder, entry.path));
    if (now !== undefined && sha256(now) !== entry.written)
      throw new UserError("rollback/changed-since", `${entry.path} was changed after it was applied`, {
        hint: "Save your change and use `rollback --force`, or take it back by hand from the backup.",
        where: { file: entry.path },
        details: [`The backup is in ${join(backupsOf(folder), last.id)}.`],
      });
  }
  return restore(folder, last);
}

/** Finishes an apply or a rollback that was killed half-way, towards the old tree. Returns its id, or undefined when
 * there was none. */
export async function recover(folder: string): Promise<string | undefined> {
  const half = (await readJournals(folder)).find(({ state }) => state === "applying" || state === "rolling-back");
  if (half === undefined) return undefined;
  await restore(folder, half);
  return half.id;
}

/** Why applying these would be refused: the first file that is not what the run saw. */
export async function changedSince(folder: string, files: readonly RenderedFile[]): Promise<UserError | undefined> {
  for (const file of files) {
    const now = await readText((await placeIn(folder, file.path)).file);
    const refusal = now === file.content ? undefined : refusalOf(file, now);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refusalOf(file: RenderedFile, now: string | undefined): UserError | undefined {
  if (file.replaces === undefined || file.replaces === seenAs(now)) return undefined;
  return new UserError("apply/changed-since", `${file.path} was changed after the run looked at it`, {
    hint: "Run `seaworthy` again, so that what is written is what was proven, or use `apply --force`.",
    where: { file: file.path },
  });
}

/** How a run remembers what it would replace: sha256 of the text, or `nothing`. */
export const seenAs = (text: string | undefined): string => (text === undefined ? "nothing" : sha256(text));

async function keepOld(folder: string, backup: string, index: number, file: RenderedFile): Promise<JournalEntry> {
  const path = inside(folder, file.path);
  const facts = await promises.stat(path).catch(() => undefined);
  const written = sha256(file.content);
  if (facts === undefined) return { path: file.path, written };
  const name = `${index}-${file.path.replaceAll("/", "_")}`;
  await promises.copyFile(path, join(backup, name)).catch((error: unknown) => {
    throw unwritable(join(backup, name), error);
  });
  return { path: file.path, backup: name, oldMode: facts.mode & 0o777, written };
}

/** Every backup is read before anything is written: one that is missing must not cost a file. */
async function restore(folder: string, journal: Journal): Promise<Journal> {
  const old = await Promise.all(journal.files.map((entry) => backupOf(folder, journal, entry)));
  await writeJournal(folder, { ...journal, state: "rolling-back" });
  for (const [index, { path, oldMode }] of journal.files.entries()) {
    const { file } = await placeIn(folder, path);
    const content = old[index];
    if (content === undefined) await promises.rm(file, { force: true });
    else await writeWhole(file, content, oldMode);
    await removeParts(file);
  }
  // A folder that holds something by now is somebody's.
  for (const made of journal.folders.toReversed()) await promises.rmdir(inside(folder, made)).catch(() => {});
  const done: Journal = { ...journal, state: "rolled-back" };
  await writeJournal(folder, done);
  return done;
}

async function backupOf(folder: string, journal: Journal, entry: JournalEntry): Promise<Buffer | undefined> {
  if (entry.backup === undefined) return undefined;
  const file = join(backupsOf(folder), journal.id, basename(entry.backup));
  return promises.readFile(file).catch((cause: unknown) => {
    throw new UserError("rollback/no-backup", `The backup of ${entry.path} is not there: ${file}`, {
      hint: "Nothing was changed. Restore that file from git, then remove the folder of this backup.",
      where: { file: entry.path },
      cause,
    });
  });
}

/** What a killed process left beside a file it was about to replace. */
async function removeParts(file: string): Promise<void> {
  const names = await promises.readdir(dirname(file)).catch(() => []);
  const parts = names.filter((name) => name.startsWith(`${basename(file)}.`) && /\.[0-9a-f]{8}\.part$/.test(name));
  for (const name of parts) await promises.rm(join(dirname(file), name), { force: true });
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
