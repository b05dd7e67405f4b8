import { posix } from "node:path";
import type { Header } from "tar-stream";
import { removeContainer } from "./container.ts";
import { type Visit, walk } from "./container-archive.ts";
import type { ImageEntry, ImageFiles } from "./engine.ts";
import type { EngineHttp } from "./http.ts";

/** As many links as Linux follows before it says ELOOP. */
const MOST_LINKS = 40;

/** The files of a container that was created to be looked at and never starts; it is removed at the end. */
export function filesOf(http: EngineHttp, container: string): ImageFiles {
  const archive = (path: string, visit: Visit) => walk(http, { container, path }, visit);
  return {
    async look(path) {
      let found: ImageEntry | undefined;
      await archive(path, ({ header }) => {
        found = entryOf(header);
        return true;
      });
      return found;
    },
    async read(path) {
      let at = path;
      for (let hops = 0; hops < MOST_LINKS; hops += 1) {
        let link: string | undefined;
        let bytes: Buffer | undefined;
        await archive(at, async ({ header, content }) => {
          if (header.type === "symlink") link = header.linkname ?? "/";
          else if (header.type === "file") bytes = await content();
          return true;
        });
        if (link === undefined) return bytes;
        at = posix.resolve(posix.dirname(at), link);
      }
      return undefined;
    },
    async below(folder, wanted) {
      const files = new Map<string, Buffer>();
      await archive(folder, async ({ header, content }) => {
        // The archive names its entries from the folder's own name on.
        const path = posix.join(posix.dirname(folder), header.name);
        if (header.type === "file" && wanted(path)) files.set(path, await content());
        return false;
      });
      return files;
    },
    [Symbol.asyncDispose]: () => removeContainer(http, container),
  };
}

const KINDS = new Set(["file", "directory", "symlink"]);

function entryOf({ type, mode, uid, gid }: Header): ImageEntry {
  const kind = KINDS.has(type ?? "file") ? ((type ?? "file") as ImageEntry["kind"]) : "other";
  return { kind, mode: (mode ?? 0) & 0o7777, uid: uid ?? 0, gid: gid ?? 0 };
}
