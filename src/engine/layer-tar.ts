import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import { Decompress } from "fzstd";
import { extract, type Header } from "tar-stream";
import type { LayerEntry, LayerVisitor } from "./engine.ts";
import { GzipEstimate } from "./gzip-estimate.ts";

interface Sum {
  readonly bytes: number;
  readonly files: number;
  readonly compressed: boolean;
  /** Of a layer that comes uncompressed: what it would weigh compressed. */
  readonly estimated: number | undefined;
}

const OPAQUE = ".wh..wh..opq";
const WHITEOUT = ".wh.";

/** Shows each entry of one layer to the visitor. The layer may be plain, gzip or zstd: its first bytes say which. */
export async function walkLayerTar(source: Readable, layer: number, visitor: LayerVisitor): Promise<Sum> {
  const reader = extract();
  const format = { compressed: false, estimate: new GzipEstimate() };
  const fed = feed(source, reader, format);
  fed.catch(() => {}); // Awaited below; the loop sees it first.
  let bytes = 0;
  let files = 0;
  for await (const item of reader) {
    const entry = entryOf(item.header, layer);
    bytes += item.header.size ?? 0;
    if (entry.kind === "file") files += 1;
    visitor.entry(entry);
    if (entry.kind === "file" && visitor.wants?.(entry) === true) {
      visitor.content?.(entry, await wholeOf(item));
    } else if (entry.kind === "file" && visitor.wantsPieces?.(entry) === true) {
      for await (const piece of item as AsyncIterable<Buffer>) visitor.piece?.(entry, piece);
    } else item.resume();
  }
  await fed;
  const { compressed, estimate } = format;
  return { bytes, files, compressed, estimated: compressed ? undefined : await estimate.bytes() };
}

export async function wholeOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function feed(
  source: Readable,
  reader: NodeJS.WritableStream,
  format: { compressed: boolean; readonly estimate: GzipEstimate },
): Promise<void> {
  const first = await firstChunk(source);
  const decoder = decoderFor(first);
  format.compressed = decoder !== undefined;
  async function* whole(): AsyncGenerator<Buffer> {
    if (first !== undefined) yield first;
    for await (const chunk of source) yield chunk as Buffer;
  }
  async function* sampled(): AsyncGenerator<Buffer> {
    for await (const chunk of whole()) {
      await format.estimate.take(chunk);
      yield chunk;
    }
  }
  if (decoder === undefined) await pipeline(sampled, reader);
  else await pipeline(whole, decoder, reader);
}

/** The stream stays readable from its second chunk on. */
async function firstChunk(source: Readable): Promise<Buffer | undefined> {
  const step = (await source.iterator({ destroyOnReturn: false }).next()) as IteratorResult<Buffer, undefined>;
  return step.done === true ? undefined : step.value;
}

function decoderFor(first: Buffer | undefined): Transform | undefined {
  if (first === undefined || first.length < 4) return undefined;
  if (first[0] === 0x1f && first[1] === 0x8b) return zlib.createGunzip({ chunkSize: 1 << 18 });
  if (first.readUInt32LE(0) === 0xfd2fb528) return zstdDecoder();
  return undefined;
}

/** Node has its own from 22.15 on. */
function zstdDecoder(): Transform {
  const native = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;
  if (native !== undefined) return native();
  const transform: Transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      decoder.push(chunk);
      done();
    },
  });
  const decoder = new Decompress((chunk) => transform.push(Buffer.from(chunk)));
  return transform;
}

const KINDS: Readonly<Record<string, LayerEntry["kind"]>> = {
  file: "file",
  "contiguous-file": "file",
  directory: "directory",
  symlink: "symlink",
  link: "hardlink",
};

function entryOf(header: Header, layer: number): LayerEntry {
  const path = header.name.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
  const cut = path.lastIndexOf("/") + 1;
  const folder = path.slice(0, cut);
  const name = path.slice(cut);
  const facts = {
    layer,
    bytes: header.size ?? 0,
    mode: header.mode ?? 0,
    uid: header.uid ?? 0,
    gid: header.gid ?? 0,
    modified: (header.mtime?.getTime() ?? 0) / 1000,
  };
  if (name === OPAQUE) return { ...facts, path: folder.replace(/\/$/, ""), kind: "opaque" };
  if (name.startsWith(WHITEOUT)) return { ...facts, path: folder + name.slice(WHITEOUT.length), kind: "whiteout" };
  const kind = KINDS[header.type ?? "file"] ?? "other";
  const link = header.linkname;
  return { ...facts, path, kind, ...(link === undefined || link === null || link === "" ? {} : { link }) };
}
