import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header } from "tar-stream";
import { UserError } from "../kit/errors.ts";
import type { Image, Layer } from "../model/types.ts";
import type { LayerVisitor } from "./engine.ts";
import { EngineRefusal, type EngineHttp } from "./http.ts";
import { encodePath } from "./image.ts";
import { walkLayerTar, wholeOf } from "./layer-tar.ts";
import { type LayerPlan, layersIn } from "./manifest.ts";
import { scratchFolder } from "./scratch.ts";

/** Smaller members of the archive stay in memory: manifests, configurations, thin layers. */
const IN_MEMORY = 1_000_000;
/** Of all of them together; then even small ones go to the disk. */
const IN_MEMORY_TOTAL = 64_000_000;

/** One member of the saved archive, in memory or in a file. */
export type Member = Buffer | string;

/**
 * Saves the image and shows every entry of every layer, lowest layer first. The archive names its layers by digest in no
 * useful order, so it is spooled to a temporary folder that is removed again.
 */
export async function walkSavedLayers(
  http: EngineHttp,
  image: Image,
  visitor: LayerVisitor,
): Promise<readonly Layer[]> {
  await using scratch = await scratchFolder();
  const members = await spool(await saved(http, image), scratch.path, http);
  const layers: Layer[] = [];
  for (const [index, plan] of layersIn(members, image).entries()) layers.push(await walkOne(plan, index, visitor));
  return layers;
}

async function saved(http: EngineHttp, image: Image): Promise<Readable> {
  // By its tag where that still means this image: an id alone loses the platform's manifest on some engines.
  for (const name of [image.tag, image.id]) {
    try {
      if (name === image.tag && (await idOf(http, name)) !== image.id) continue;
      return await http.stream("GET", `/images/${encodePath(name)}/get`);
    } catch (error) {
      if (!(error instanceof EngineRefusal && error.status === 404)) throw error;
    }
  }
  throw new UserError("engine/no-image", `The engine has no image ${image.tag} (${image.id}) any more`, {
    hint: "It was removed meanwhile: run the build again.",
  });
}

async function idOf(http: EngineHttp, name: string): Promise<string> {
  const { Id: id } = await http.json<{ Id: string }>("GET", `/images/${encodePath(name)}/json`);
  return id.includes(":") ? id : `sha256:${id}`;
}

async function spool(archive: Readable, folder: string, http: EngineHttp): Promise<ReadonlyMap<string, Member>> {
  const spooler = new Spool(folder);
  const reader = extract();
  const fed = pipeline(archive, reader).catch((error: unknown) => {
    throw http.lost(error);
  });
  fed.catch(() => {}); // Awaited below; the loop sees it first.
  try {
    for await (const entry of reader) await spooler.take(entry.header, entry);
  } catch (error) {
    await fed;
    throw error;
  }
  await fed;
  return spooler.members;
}

/** What the tar reader gives: all of a readable that is needed here. */
type Source = AsyncIterable<unknown> & { resume(): unknown };

class Spool {
  readonly members = new Map<string, Member>();
  readonly #folder: string;
  #inMemory = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async take(header: Header, content: Source): Promise<void> {
    const { name, size, type, linkname } = header;
    if (type === "symlink" || type === "link") {
      // The old layout names a layer that it already holds by a link.
      const target = this.members.get(join(type === "link" ? "." : join(name, ".."), linkname ?? ""));
      if (target !== undefined) this.members.set(name, target);
      content.resume();
    } else if (size < IN_MEMORY && this.#inMemory + size < IN_MEMORY_TOTAL) {
      this.#inMemory += size;
      this.members.set(name, await wholeOf(content));
    } else {
      const file = join(this.#folder, String(this.members.size));
      await pipeline(Readable.from(content, { objectMode: false }), createWriteStream(file));
      this.members.set(name, file);
    }
  }
}

async function walkOne(plan: LayerPlan, index: number, visitor: LayerVisitor): Promise<Layer> {
  const source =
    typeof plan.member === "string"
      ? createReadStream(plan.member, { highWaterMark: 1 << 20 })
      : Readable.from([plan.member]);
  const sum = await walkLayerTar(source, index, visitor);
  return {
    diffId: plan.diffId,
    bytes: sum.bytes,
    contentBytes: sum.compressed ? plan.contentBytes : undefined,
    ...(sum.estimated === undefined ? {} : { estimatedContentBytes: sum.estimated }),
    createdBy: plan.createdBy,
    files: sum.files,
  };
}
