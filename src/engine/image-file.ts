import { posix } from "node:path";
import { extract } from "tar-stream";
import { removeContainer } from "./container.ts";
import { EngineRefusal, type EngineHttp } from "./http.ts";

interface Found {
  readonly kind: string;
  readonly link: string | undefined;
  readonly bytes: Buffer;
}

/** Reads one file of an image out of a container that never starts: no shell and no program of the image is needed. */
export async function readImageFile(
  http: EngineHttp,
  create: () => Promise<string>,
  path: string,
): Promise<{ readonly path: string; readonly bytes: Buffer } | undefined> {
  const id = await create();
  try {
    let at = path;
    // As many links as Linux follows before it says ELOOP.
    for (let hops = 0; hops < 40; hops += 1) {
      const found = await fetchOne(http, id, at);
      if (found === undefined) return undefined;
      if (found.kind === "symlink") at = posix.resolve(posix.dirname(at), found.link ?? "/");
      else return found.kind === "file" ? { path: at, bytes: found.bytes } : undefined;
    }
    return undefined;
  } finally {
    await removeContainer(http, id);
  }
}

async function fetchOne(http: EngineHttp, id: string, path: string): Promise<Found | undefined> {
  try {
    const archive = extract();
    archive.end(await http.bytes("GET", `/containers/${id}/archive`, { query: { path } }));
    for await (const entry of archive) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      return {
        kind: entry.header.type ?? "file",
        link: entry.header.linkname ?? undefined,
        bytes: Buffer.concat(chunks),
      };
    }
    return undefined;
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === 404) return undefined;
    throw error;
  }
}
