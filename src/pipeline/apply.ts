import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../kit/errors.ts";
import { readText, writeWhole } from "../kit/files.ts";
import { byText } from "../kit/text.ts";
import type { RenderedFile } from "../model/types.ts";
import { backupsOf } from "./backups.ts";
import { inside } from "./context.ts";

/** What an apply did, or was about to do: enough to take every file back to what it was. */
export interface Journal {
  readonly id: string;
  readonly run: string;
  readonly state: "applying" | "applied" | "rolled-back";
  readonly files: readonly JournalEntry[];
}

interface JournalEntry {
  readonly path: string;
  /** File in the backup that holds the old content; undefined when there was none. */
  readonly backup: string | undefined;
  readonly oldMode: number | undefined;
  /** sha256 of what was written, to see later changes of the user. */
  readonly written: string;
}

const journalFile = (folder: string, id: string): string => join(backupsOf(folder), id, "journal.json");

/**
 * Writes files into the service's folder, after a backup of each. Every file is replaced whole; an interrupted apply is
 * undone by `recover`, so that the tree is either the old one or the new one.
 */
export async function applyFiles(
  folder: string,
  files: readonly RenderedFile[],
  options: { readonly id: string; readonly run: string; readonly signal: AbortSignal },
): Promise<Journal> {
  await recover(folder);
  const changed: RenderedFile[] = [];
  for (const file of files) if ((await readText(inside(folder, file.path))) !== file.content) changed.push(file);
  const backup = join(backupsOf(folder), options.id);
  await mkdir(backup, { recursive: true });
  await writeWhole(join(folder, ".seaworthy", ".gitignore"), "*\n");
  const entries: JournalEntry[] = [];
  for (const [index, file] of changed.entries()) entries.push(await keepOld(folder, backup, index, file));
  const journal: Journal = { id: options.id, run: options.run, state: "applying", files: entries };
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
 * @throws UserError `rollback/nothing`, `rollback/changed-since`.
 */
export async function rollBack(folder: string, options: { readonly force: boolean }): Promise<Journal> {
  await recover(folder);
  const last = (await journals(folder)).findLast(({ state }) => state === "applied");
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

/** Undoes an apply that was killed half-way. Returns its id, or undefined when there was none. */
export async function recover(folder: string): Promise<string | undefined> {
  const half = (await journals(folder)).find(({ state }) => state === "applying");
  if (half === undefined) return undefined;
  await restore(folder, half);
  return half.id;
}

async function keepOld(folder: string, backup: string, index: number, file: RenderedFile): Promise<JournalEntry> {
  const path = inside(folder, file.path);
  const facts = await stat(path).catch(() => undefined);
  const name = facts === undefined ? undefined : `${index}-${file.path.replaceAll("/", "_")}`;
  if (name !== undefined) await copyFile(path, join(backup, name));
  return { path: file.path, backup: name, oldMode: facts?.mode, written: sha256(file.content) };
}

async function restore(folder: string, journal: Journal): Promise<Journal> {
  for (const { path, backup, oldMode } of journal.files) {
    const target = inside(folder, path);
    if (backup === undefined) await rm(target, { force: true });
    else {
      const old = await readText(join(backupsOf(folder), journal.id, backup));
      await writeWhole(target, old ?? "", oldMode === undefined ? undefined : oldMode & 0o777);
    }
  }
  const done: Journal = { ...journal, state: "rolled-back" };
  await writeJournal(folder, done);
  return done;
}

async function journals(folder: string): Promise<readonly Journal[]> {
  const names = await readdir(backupsOf(folder)).catch(() => []);
  const texts = await Promise.all(names.toSorted(byText).map((name) => readText(journalFile(folder, name))));
  return texts.filter((text) => text !== undefined).map((text) => JSON.parse(text) as Journal);
}

const writeJournal = (folder: string, journal: Journal): Promise<void> =>
  writeWhole(journalFile(folder, journal.id), `${JSON.stringify(journal, null, 2)}\n`);

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
