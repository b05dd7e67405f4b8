import type { Pin } from "../model/types.ts";
import { type Fetch, RegistryProblem, type RegistryClient, digestOf, registryClient } from "./client.ts";
import { type Credentials, dockerCredentials } from "./credentials.ts";
import { type Endpoint, endpointsFor } from "./endpoints.ts";
import * as manifests from "./manifests.ts";
import { fetchWithProxy } from "./proxy.ts";
import { type ImageRef, parseReference } from "./reference.ts";
import type * as z from "zod";

export { PINS_FILE, readPins, renderPins } from "./pins-file.ts";

export interface PinOptions {
  /** `linux/amd64`. */
  readonly platform: string;
  /** HTTPS_PROXY and its like are honoured; SEAWORTHY_INSECURE_REGISTRIES lists hosts that are spoken to without TLS. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: Fetch;
  /** Registry to mirror; see `parseMirrors`. */
  readonly mirrors: Readonly<Record<string, string>>;
  /** What `docker login` keeps, unless told. */
  readonly credentials?: Credentials;
  /** The pins of the committed `seaworthy.lock`. */
  readonly lock: readonly Pin[];
  readonly offline: boolean;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Take what the lock has without asking a registry. */
  readonly preferLock?: boolean;
  /** For one request; 15 s unless told. */
  readonly timeoutMs?: number;
}

/** An image that only stands in for another one says with it what it really is. */
export const STAND_IN_LABEL = "seaworthy.stand-in";

/**
 * Resolves image names to digests. A digest comes from a registry's verified answer, from the lock, or from the name
 * itself; when none of them has one, the pin says why and stays without. A pin with a digest and a `problem` is
 * usable, and the problem says what could not be checked.
 * @throws UserError for a name that is no image name; the signal's reason when the signal fires.
 */
export async function resolvePins(images: readonly string[], options: PinOptions): Promise<readonly Pin[]> {
  options.signal.throwIfAborted();
  const wanted = [...new Set(images)].filter((image) => image !== "scratch");
  const references = wanted.map((image) => ({ image, reference: parseReference(image) }));
  return await Promise.all(references.map(async ({ image, reference }) => await resolvePin(image, reference, options)));
}

async function resolvePin(image: string, reference: ImageRef, options: PinOptions): Promise<Pin> {
  const platform = manifests.normalPlatform(options.platform);
  const locked = options.lock.find(
    (pin) => pin.image === image && pin.digest !== undefined && manifests.normalPlatform(pin.platform) === platform,
  );
  const fromLock = locked === undefined ? undefined : { ...locked, from: "seaworthy.lock" };
  if (fromLock !== undefined && (options.offline || options.preferLock === true)) return fromLock;
  const reason = options.offline
    ? { why: "no registry (offline)", missing: false }
    : await askAll(image, reference, options);
  if ("image" in reason) return reason;
  const { why, missing } = reason;
  if (fromLock !== undefined) return { ...fromLock, problem: `not renewed: ${why}` };
  const known = { image, platform, resolvedAt: undefined };
  if (reference.digest === undefined)
    return { ...known, digest: undefined, from: "nowhere", problem: `unpinned: ${why}` };
  // Well formed and yet nobody's: a digest that was made up, or whose image is gone.
  return missing
    ? { ...known, digest: undefined, from: "nowhere", problem: `no registry has ${reference.digest}: ${why}` }
    : { ...known, digest: reference.digest, from: "the name itself", problem: `not checked: ${why}` };
}

interface Refusal {
  /** What each of them said. */
  readonly why: string;
  /** One of them answered that it has no such thing. */
  readonly missing: boolean;
}

/** The pin from the first place that has it, or why there is none. */
async function askAll(image: string, reference: ImageRef, options: PinOptions): Promise<Pin | Refusal> {
  const insecure = (options.env["SEAWORTHY_INSECURE_REGISTRIES"] ?? "").split(/[\s,]+/);
  const credentials = options.credentials ?? dockerCredentials(options.env);
  const problems: string[] = [];
  let missing = false;
  for (const endpoint of endpointsFor(reference, options.mirrors, insecure)) {
    const { login, problem } = await credentials(endpoint.host);
    const { signal, timeoutMs = 15_000 } = options;
    const fetch = fetchWithProxy(options.env, options.fetch);
    const client = registryClient({ endpoint, fetch, login, signal, timeoutMs });
    try {
      return await ask({ client, endpoint, reference }, image, options);
    } catch (error) {
      if (!(error instanceof RegistryProblem)) throw error;
      missing ||= error.status === 404;
      problems.push(problem === undefined ? error.message : `${error.message}; ${problem}`);
    }
  }
  return { why: `no registry answered (${problems.join("; ")})`, missing };
}

interface Source {
  readonly client: RegistryClient;
  readonly endpoint: Endpoint;
  readonly reference: ImageRef;
}

async function ask(source: Source, image: string, options: PinOptions): Promise<Pin> {
  const { digest, mediaType, body } = await manifestOf(source);
  const platform = manifests.normalPlatform(options.platform);
  const pin = {
    image,
    digest,
    mediaType,
    platform,
    resolvedAt: options.now().toISOString(),
    from: source.endpoint.host,
  };
  const isIndex = manifests.INDEX_TYPES.includes(mediaType);
  const chosen = isIndex ? platformDigest(body, platform, source) : digest;
  try {
    const config = await configOf(source, isIndex ? await verified(source, "manifests", chosen) : body);
    const found = manifests.platformOf(config);
    if (!isIndex && found !== platform)
      throw new WrongPlatform(`${source.endpoint.host}: the image is for ${found} only, not for ${platform}`);
    const standIn = config.config?.Labels?.[STAND_IN_LABEL];
    return standIn === undefined || standIn === "" ? pin : { ...pin, standIn };
  } catch (error) {
    if (!(error instanceof RegistryProblem) || error instanceof WrongPlatform) throw error;
    return { ...pin, problem: `its config could not be read, so a stand-in would not show: ${error.message}` };
  }
}

class WrongPlatform extends RegistryProblem {}

/** HEAD tells the digest (and costs nothing of a pull limit); GET by that digest brings a body that can be checked. */
async function manifestOf(source: Source): Promise<{ digest: string; mediaType: string; body: Buffer }> {
  const { client, endpoint, reference } = source;
  const accept = [...manifests.INDEX_TYPES, ...manifests.MANIFEST_TYPES];
  const name = reference.digest ?? reference.tag ?? "latest";
  const head = await client.head(`manifests/${name}`, accept);
  const digest = reference.digest ?? head.digest;
  const answer = await client.get(`manifests/${digest ?? name}`, accept);
  const actual = digestOf(answer.body);
  for (const claimed of [digest, answer.digest])
    if (claimed?.startsWith("sha256:") && claimed !== actual)
      throw new RegistryProblem(`${endpoint.host}: the body of ${claimed} has the digest ${actual}`);
  if (!accept.includes(answer.mediaType))
    throw new RegistryProblem(`${endpoint.host}: \`${answer.mediaType}\` is no image manifest`);
  return { digest: digest ?? actual, mediaType: answer.mediaType, body: answer.body };
}

function platformDigest(body: Buffer, platform: string, { endpoint }: Source): string {
  const { manifests: entries } = read(manifests.indexSchema, body, endpoint);
  const entry = entries.find(
    (candidate) => candidate.platform !== undefined && manifests.platformOf(candidate.platform) === platform,
  );
  if (entry !== undefined) return entry.digest;
  const others = manifests.platformsOf(entries).join(", ");
  throw new RegistryProblem(`${endpoint.host}: nothing for ${platform} in the index, only ${others || "nothing"}`);
}

async function configOf(source: Source, manifest: Buffer): Promise<manifests.ImageConfigBlob> {
  const { config } = read(manifests.manifestSchema, manifest, source.endpoint);
  return read(manifests.configSchema, await verified(source, "blobs", config.digest), source.endpoint);
}

async function verified({ client, endpoint }: Source, kind: "blobs" | "manifests", digest: string): Promise<Buffer> {
  const { body } = await client.get(`${kind}/${digest}`, kind === "blobs" ? ["*/*"] : manifests.MANIFEST_TYPES);
  if (digestOf(body) === digest) return body;
  throw new RegistryProblem(`${endpoint.host}: the body of ${digest} has the digest ${digestOf(body)}`);
}

function read<T>(schema: z.ZodType<T>, body: Buffer, { host }: Endpoint): T {
  try {
    return schema.parse(JSON.parse(body.toString("utf8")));
  } catch (cause) {
    throw new RegistryProblem(`${host}: its answer is not of the promised format`, { cause });
  }
}
