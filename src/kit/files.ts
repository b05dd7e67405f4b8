import { isUtf8 } from "node:buffer";
import { existsSync, promises, readFileSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "./errors.ts";

/** Writes a file beside its place and renames it, so that a reader sees the old one or the new one, never a half.
 * @throws UserError `files/unwritable`. */
export async function writeWhole(file: string, content: string | Uint8Array, mode?: number): Promise<void> {
  await makeFolder(dirname(file));
  // `rollback` knows what a killed process left behind by this name: eight hexadecimal digits.
  const part = `${file}.${Math.random().toString(16).slice(2, 10).padEnd(8, "0")}.part`;
  try {
    await promises.writeFile(part, content, mode === undefined ? {} : { mode });
    await promises.rename(part, file);
  } catch (error) {
    await promises.rm(part, { force: true }).catch(() => undefined); // Where nothing can be written, the first error explains more.
    throw unwritable(file, error);
  }
}

/** Makes a folder and those above it, when they are not there. One at a time: Node 20 asks without an end where the file
 * system says of each that the one above is missing, as /proc does, and names the wrong one on a read-only disk.
 * @throws UserError `files/unwritable`. */
export async function makeFolder(folder: string): Promise<void> {
  if (isFolder(folder)) return;
  if (!existsSync(dirname(folder))) await makeFolder(dirname(folder));
  try {
    await promises.mkdir(folder);
  } catch (error) {
    if (!isFolder(folder)) throw unwritable(folder, error);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The file system's refusal, for people. */
export function unwritable(path: string, cause: unknown): UserError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const noFolder = code === "ENOENT" && !existsSync(dirname(path));
  return new UserError(
    "files/unwritable",
    `${path} cannot be written: ${noFolder ? "its folder is not there" : (code ?? message)}`,
    {
      hint: noFolder
        ? `Make the folder ${dirname(path)} first, or name another.`
        : "Check the permissions, the free space, and that no file stands where a folder must be.",
      cause,
    },
  );
}

/** What stands where a file should be, and would be read without an end: nothing is opened to tell. */
export function specialKind(stats: Stats): "device" | "socket" | "pipe" | undefined {
  if (stats.isFile() || stats.isDirectory()) return undefined;
  if (stats.isSocket()) return "socket";
  return stats.isFIFO() ? "pipe" : "device";
}

/** Far more than any file that is read whole holds; a sparse file may claim terabytes. */
const MAX_BYTES = 256_000_000;
/** A shell hands over what another program prints as a pipe with such a name: `--baseline <(…)`. */
const HANDED_OVER = /^\/(?:dev|proc)\//;

/** The text of a file, or undefined when there is none.
 * @throws UserError `files/not-utf8` when it is not UTF-8 text, `files/unreadable` when it cannot be read. */
export async function readText(file: string): Promise<string | undefined> {
  let bytes: Buffer;
  try {
    const stats = statSync(file);
    const kind = specialKind(stats);
    if (kind !== undefined && !(kind === "pipe" && HANDED_OVER.test(file)))
      throw unreadable(file, `is a ${kind}, not a file`);
    if (stats.size > MAX_BYTES) throw unreadable(file, `is larger than ${MAX_BYTES / 1_000_000} MB`);
    // In one go: for the few files a command reads, asking another thread costs more than the reading.
    bytes = readFileSync(file);
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    const cause = thrown as NodeJS.ErrnoException;
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
    throw unreadable(file, `cannot be read: ${cause.code ?? cause.message}`, cause);
  }
  return decodeText(bytes, file);
}

const unreadable = (file: string, why: string, cause?: unknown): UserError =>
  new UserError("files/unreadable", `${file} ${why}`, {
    hint: "Check its type and its permissions.",
    where: { file },
    cause,
  });

/** Which of the two orders of UTF-16 the first bytes speak of. */
export function utf16Of(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : undefined;
}

/** @throws UserError `files/not-utf8` with the line of the first wrong byte. */
export function decodeText(bytes: Uint8Array, file: string): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString("utf8");
  const good = buffer.toString("utf8").split("\uFFFD")[0] ?? "";
  throw new UserError("files/not-utf8", `${file} is not UTF-8 text`, {
    hint: "Save it as UTF-8.",
    where: { file, line: good.split("\n").length },
  });
}
