import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isLiving, ownerNow } from "./owner.ts";

/** Owner's process and a hash of its boot: what a name of a file can hold of an owner. */
const NAME = /^seaworthy-scratch-([0-9a-f]{12})-(\d+)-([0-9a-f]{12})-/;

/** A temporary folder that a later run can tell to be left behind: whoever removes it in time need not know that. */
export async function scratchFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const { pid, boot } = ownerNow("");
  const path = await mkdtemp(join(tmpdir(), `seaworthy-scratch-${short(machineOf(boot))}-${pid}-${short(boot)}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Removes the temporary folders of processes that are certainly gone; returns what it removed. */
export async function removeOldScratch(folder: string = tmpdir()): Promise<readonly string[]> {
  const mine = short(machineOf(ownerNow("").boot));
  const removed: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const [, machine, pid, boot] = NAME.exec(name) ?? [];
    if (machine !== mine || isLiving(Number(pid), (now) => short(now) === boot)) continue;
    // Another user's folder stays with its user.
    const gone = await rm(join(folder, name), { recursive: true, force: true }).then(
      () => true,
      () => false,
    );
    if (gone) removed.push(`folder ${name}`);
  }
  return removed;
}

/** All of a boot but the start time of the process. */
const machineOf = (boot: string): string => boot.slice(0, boot.lastIndexOf("/"));

const short = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);
