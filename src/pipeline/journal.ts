import { promises } from "node:fs";
import { join } from "node:path";
import { UserError } from "../kit/errors.ts";
import { readText, writeWhole } from "../kit/files.ts";
import { backupsOf } from "./backups.ts";

/** What an apply did, or was about to do: enough to take every file back to what it was. */
export interface Journal {
  readonly id: string;
  readonly run: string;
  /** `applying` and `rolling-back` are only found when a process was killed in the middle. */
  readonly state: "applying" | "applied" | "rolling-back" | "rolled-back";
  readonly files: readonly JournalEntry[];
  /** Folders that the apply made, the outermost first. */
  readonly folders: readonly string[];
}

export interface JournalEntry {
  readonly path: string;
  /** File in the backup that holds the old content; undefined when there was none. */
  readonly backup?: string;
  readonly oldMode?: number;
  /** sha256 of what was written, to see later changes of the user. */
  readonly written: string;
}

const journalFile = (folder: string, id: string): string => join(backupsOf(folder), id, "journal.json");

export const writeJournal = (folder: string, journal: Journal): Promise<void> =>
  writeWhole(journalFile(folder, journal.id), `${JSON.stringify(journal, null, 2)}\n`);

/** Every journal of a folder, the oldest first.
 * @throws UserError `rollback/bad-journal` for one that cannot be read. */
export async function readJournals(folder: string): Promise<readonly Journal[]> {
  const names = await promises.readdir(backupsOf(folder)).catch(() => []);
  const read = async (id: string): Promise<Journal | undefined> => {
    const file = journalFile(folder, id);
    const text = await readText(file);
    return text === undefined ? undefined : parseJournal(text, file);
  };
  const journals = await Promise.all(names.toSorted((a, b) => (a < b ? -1 : 1)).map(read));
  return journals.filter((journal) => journal !== undefined);
}

function parseJournal(text: string, file: string): Journal {
  const value = parsed(text) as Partial<Journal> | null | undefined;
  const whole =
    typeof value?.id === "string" &&
    typeof value.state === "string" &&
    Array.isArray(value.files) &&
    value.files.every((entry: Partial<JournalEntry> | null) => typeof entry?.path === "string");
  if (whole) return { folders: [], ...value } as Journal;
  throw new UserError("rollback/bad-journal", `${file} is no journal of an apply`, {
    hint: "The old files lie beside it. Copy back by hand what you need, then remove that folder.",
    where: { file },
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
