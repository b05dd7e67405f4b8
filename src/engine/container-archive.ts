import { posix } from "node:path";
import { extract, type Header } from "tar-stream";
import { EngineRefusal, type EngineHttp } from "./http.ts";

/** Of one file. */
const MOST_BYTES = 16_000_000;

/** The files below a folder of a container, running or ended, in the order of the archive, until there are more bytes than
 * wanted: what a service wrote may be endless. */
export async function someFilesOf(
  http: EngineHttp,
  container: string,
  { folder, mostBytes }: { readonly folder: string; readonly mostBytes: number },
): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  let left = mostBytes;
  await walk(http, { container, path: folder }, async ({ header, content }) => {
    left -= Math.max(header.size ?? 0, LEAST_BYTES);
    if (left < 0) return true;
    if (header.type === "file") files.set(posix.join(posix.dirname(folder), header.name), await content());
    return false;
  });
  return files;
}

/** Paths of the files below a folder that were written since a moment, in the order of the archive. */
export async function pathsWrittenSince(
  http: EngineHttp,
  container: string,
  { folder, mostBytes, since }: { readonly folder: string; readonly mostBytes: number; readonly since: number },
): Promise<readonly string[]> {
  const paths: string[] = [];
  let left = mostBytes;
  await walk(http, { container, path: folder }, ({ header: { name, type, size, mtime } }) => {
    left -= Math.max(size ?? 0, LEAST_BYTES);
    if (left < 0) return true;
    if (type === "file" && (mtime?.getTime() ?? 0) >= since) paths.push(posix.join(posix.dirname(folder), name));
    return false;
  });
  return paths;
}

/** What an entry without content costs, so that their number has an end as well. */
const LEAST_BYTES = 512;

/** Says whether it has seen enough. */
export type Visit = (entry: {
  readonly header: Header;
  readonly content: () => Promise<Buffer>;
}) => boolean | Promise<boolean>;

/** Shows the entries at a path as they come; nothing where there is nothing. */
export async function walk(
  http: EngineHttp,
  { container, path }: { readonly container: string; readonly path: string },
  visit: Visit,
): Promise<void> {
  let response;
  try {
    response = await http.stream("GET", `/containers/${container}/archive`, { query: { path } });
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === 404) return;
    throw error;
  }
  const entries = extract();
  response.on("error", (error) => entries.destroy(error));
  response.pipe(entries);
  try {
    for await (const entry of entries) {
      if (await visit({ header: entry.header, content: () => bytesOf(entry) })) return;
      entry.resume();
    }
  } catch (error) {
    throw http.lost(error);
  } finally {
    response.on("error", () => {});
    response.destroy();
    entries.on("error", () => {});
    entries.destroy();
  }
}

async function bytesOf(entry: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of entry) {
    size += (chunk as Buffer).length;
    if (size <= MOST_BYTES) chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
