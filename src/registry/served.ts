import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import * as z from "zod";
import { digestOf, type RegistryClient, RegistryProblem } from "./client.ts";
import { INDEX_TYPES, MANIFEST_TYPES, indexSchema, manifestSchema, platformOf } from "./manifests.ts";

/** An image as a registry serves it under a digest. Every digest in it was computed here, from the bytes that came. */
export interface Served {
  /** Of what the digest names: an index, or the manifest itself. */
  readonly digest: string;
  readonly manifest: string;
  readonly config: string;
  /** What the config says the unpacked layers are, lowest first. */
  readonly diffIds: readonly string[];
  readonly layers: readonly ServedLayer[];
}

interface ServedLayer {
  readonly digest: string;
  /** Packed, as it is sent. */
  readonly bytes: number;
  /** Of the unpacked layer; undefined for a packing that is not read here. */
  readonly diffId: string | undefined;
  /** The same bytes, by their digest, were unpacked in an earlier run. */
  readonly unpackedBefore?: true;
}

/** What layers unpack to, by the digest of what is sent. */
export type Unpacked = ReadonlyMap<string, string>;

const configShape = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

/**
 * Fetches everything below a digest and checks it, bit by bit.
 * @param unpacked Computed before. It is taken where the config says the same; where it does not, the layer is unpacked.
 * @throws RegistryProblem for what is missing or has another digest than it was asked for by.
 */
export async function fetchServed(
  client: RegistryClient,
  digest: string,
  platform: string,
  unpacked: Unpacked = new Map(),
): Promise<Served> {
  const accept = [...INDEX_TYPES, ...MANIFEST_TYPES];
  const { body, mediaType } = await client.get(`manifests/${digest}`, accept);
  demand(digest, digestOf(body));
  const manifest = INDEX_TYPES.includes(mediaType) ? chosenOf(body, platform) : digest;
  const { config, layers = [] } = parsed(
    manifestSchema,
    manifest === digest ? body : await checked(client, `manifests/${manifest}`, manifest),
  );
  const { rootfs } = parsed(configShape, await checked(client, `blobs/${config.digest}`, config.digest));
  const served: ServedLayer[] = [];
  for (const [index, layer] of layers.entries()) {
    const named = rootfs.diff_ids[index];
    const isKnown = named !== undefined && unpacked.get(layer.digest) === named;
    served.push(await layerOf(client, layer, isKnown ? named : undefined));
  }
  return { digest, manifest, config: config.digest, diffIds: rootfs.diff_ids, layers: served };
}

function chosenOf(body: Buffer, platform: string): string {
  const entry = parsed(indexSchema, body).manifests.find(
    (one) => one.platform !== undefined && platformOf(one.platform) === platform,
  );
  if (entry === undefined) throw new RegistryProblem(`the index holds nothing for ${platform}`);
  return entry.digest;
}

async function checked(client: RegistryClient, path: string, digest: string): Promise<Buffer> {
  const { body } = await client.get(path, path.startsWith("blobs/") ? ["*/*"] : MANIFEST_TYPES);
  demand(digest, digestOf(body));
  return body;
}

/** Small chunks make so much garbage that collecting it takes longer than unpacking. */
const CHUNK = 1 << 18;

/** Hashes a layer as it comes and, where that is not known, as it unpacks, in one go: it may be larger than the memory. */
async function layerOf(
  client: RegistryClient,
  { digest, mediaType = "" }: { readonly digest: string; readonly mediaType?: string | undefined },
  known: string | undefined,
): Promise<ServedLayer> {
  const packed = createHash("sha256");
  const unpacked = createHash("sha256");
  let bytes = 0;
  async function* counted(source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      packed.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  const hashed = async (source: AsyncIterable<Uint8Array>) => {
    for await (const chunk of source) unpacked.update(chunk);
  };
  const drained = async (source: AsyncIterable<Uint8Array>) => {
    for await (const _ of source);
  };
  const body = Readable.fromWeb((await client.stream(`blobs/${digest}`)) as Parameters<typeof Readable.fromWeb>[0]);
  const readable = !mediaType.endsWith("zstd");
  try {
    if (known !== undefined) await pipeline(body, counted, drained);
    else if (mediaType.endsWith("gzip")) await pipeline(body, counted, createGunzip({ chunkSize: CHUNK }), hashed);
    else await pipeline(body, counted, hashed);
  } catch (error) {
    throw new RegistryProblem(`the layer ${digest} cannot be read: ${error instanceof Error ? error.message : ""}`, {
      cause: error,
    });
  }
  demand(digest, `sha256:${packed.digest("hex")}`);
  if (known !== undefined) return { digest, bytes, diffId: known, unpackedBefore: true };
  return { digest, bytes, diffId: readable ? `sha256:${unpacked.digest("hex")}` : undefined };
}

function demand(digest: string, actual: string): void {
  if (digest !== actual) throw new RegistryProblem(`the body of ${digest} has the digest ${actual}`);
}

function parsed<T>(schema: z.ZodType<T>, body: Buffer): T {
  try {
    return schema.parse(JSON.parse(body.toString("utf8")));
  } catch (cause) {
    throw new RegistryProblem("an answer is not of the promised format", { cause });
  }
}
