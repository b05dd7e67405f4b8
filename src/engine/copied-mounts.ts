import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { pack } from "tar-stream";
import type { StartOptions } from "./engine.ts";
import type { EngineHttp } from "./http.ts";
import { wholeOf } from "./layer-tar.ts";

export type Mount = NonNullable<StartOptions["mounts"]>[number];

/**
 * Read-only folders are copied into a volume that goes away with the container: the engine may live where it cannot see
 * the path, in a virtual machine or behind TCP. Files and writable mounts are bound, since a copy would not do.
 */
export async function splitMounts(
  mounts: readonly Mount[],
): Promise<{ readonly copied: readonly Mount[]; readonly bound: readonly Mount[] }> {
  const copied: Mount[] = [];
  const bound: Mount[] = [];
  for (const mount of mounts) {
    const folder = mount.readOnly && (await stat(mount.source).catch(() => undefined))?.isDirectory() === true;
    (folder ? copied : bound).push(mount);
  }
  return { copied, bound };
}

/** Fills the volume of a container that was created and not started yet. */
export async function copyInto(http: EngineHttp, container: string, mount: Mount): Promise<void> {
  await http.bytes("PUT", `/containers/${container}/archive`, {
    query: { path: mount.target },
    body: await archiveOf(mount.source),
  });
}

async function archiveOf(folder: string): Promise<Buffer> {
  const archive = pack();
  const whole = wholeOf(archive);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length).replace(/^\/+/, "");
    // Owned by root and readable by all, whoever runs us and whatever the umask is; a folder for everybody stays one.
    if (entry.isDirectory()) archive.entry({ name, type: "directory", mode: await folderMode(path) });
    else if (entry.isSymbolicLink()) archive.entry({ name, type: "symlink", linkname: await readlink(path) });
    else if (entry.isFile())
      archive.entry({ name, mode: 0o644 | ((await stat(path)).mode & 0o111) }, await readFile(path));
  }
  archive.finalize();
  return await whole;
}

const folderMode = async (path: string): Promise<number> => (((await stat(path)).mode & 0o002) === 0 ? 0o755 : 0o1777);
