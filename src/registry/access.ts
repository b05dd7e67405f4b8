import { type Fetch, RegistryProblem, type RegistryClient, registryClient } from "./client.ts";
import { type Credentials, dockerCredentials } from "./credentials.ts";
import { type Endpoint, endpointsFor } from "./endpoints.ts";
import { INDEX_TYPES, MANIFEST_TYPES, normalPlatform } from "./manifests.ts";
import { fetchWithProxy } from "./proxy.ts";
import { type ImageRef, parseReference } from "./reference.ts";
import type { Served, Unpacked } from "./served.ts";

export interface AccessOptions {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: Fetch;
  readonly mirrors: Readonly<Record<string, string>>;
  /** What `docker login` keeps, unless told. */
  readonly credentials?: Credentials;
  readonly signal: AbortSignal;
  /** Repository that the team named to push to: `registry.example/team/app`. */
  readonly pushTo?: string | undefined;
  /** Ask nobody for a base. A registry that was named to push to is asked all the same. */
  readonly offline?: boolean;
  readonly timeoutMs?: number;
}

/** Whether what a digest names can be pulled. `no`: somebody who must know says so. `unknown`: nobody could be asked. */
export interface Known {
  readonly known: "yes" | "no" | "unknown";
  /** Who has it, or what each of them said. */
  readonly said: string;
}

/** What is asked of registries while an image is proven. */
export interface RegistryAccess {
  readonly pushTo: string | undefined;
  readonly offline: boolean;
  /** @param image A name with a digest. */
  has(image: string): Promise<Known>;
  /** The digest that the registry says a tag has: `served` checks it. */
  digestOfTag(image: string): Promise<string>;
  /** Everything below a digest, fetched and checked. */
  served(image: string, unpacked?: Unpacked): Promise<Served>;
  /** False when the registry does not allow it. */
  remove(image: string): Promise<boolean>;
}

const BLOBS_MS = 600_000;

export function registryAccess(options: AccessOptions): RegistryAccess {
  const { pushTo, offline = false } = options;
  return {
    pushTo,
    offline,
    has: (image) => askAll(parseReference(image), options),
    digestOfTag: async (image) => {
      const { client, reference, host } = await own(image, options);
      const { digest } = await client.head(`manifests/${reference.tag ?? "latest"}`, TYPES);
      if (digest === undefined) throw new RegistryProblem(`${host}: it names no digest for ${image}`);
      return digest;
    },
    served: async (image, unpacked) => {
      const { fetchServed } = await import("./served.ts");
      const { client, reference } = await own(image, { ...options, timeoutMs: BLOBS_MS });
      return fetchServed(client, reference.digest ?? "", normalPlatform(options.platform), unpacked);
    },
    remove: async (image) => {
      const { client, reference } = await own(image, options);
      return client.remove(`manifests/${reference.digest}`).then(
        () => true,
        (error: unknown) => {
          if (error instanceof RegistryProblem) return false;
          throw error;
        },
      );
    },
  };
}

const TYPES: readonly string[] = [...INDEX_TYPES, ...MANIFEST_TYPES];

/** The registry itself, never a mirror of it: what was pushed is there. */
async function own(
  image: string,
  options: AccessOptions,
): Promise<{ readonly client: RegistryClient; readonly reference: ImageRef; readonly host: string }> {
  const reference = parseReference(image);
  const [endpoint] = endpointsFor(reference, {}, insecureOf(options));
  if (endpoint === undefined) throw new RegistryProblem(`${reference.registry}: there is no such registry`);
  return { client: (await clientOf(endpoint, options)).client, reference, host: endpoint.host };
}

async function askAll(reference: ImageRef, options: AccessOptions): Promise<Known> {
  const problems: string[] = [];
  let missing = false;
  for (const endpoint of endpointsFor(reference, options.mirrors, insecureOf(options))) {
    const { client, problem } = await clientOf(endpoint, options);
    try {
      await client.head(`manifests/${reference.digest}`, TYPES);
      return { known: "yes", said: endpoint.host };
    } catch (error) {
      if (!(error instanceof RegistryProblem)) throw error;
      missing ||= error.status === 404;
      problems.push(problem === undefined ? error.message : `${error.message}; ${problem}`);
    }
  }
  return { known: missing ? "no" : "unknown", said: problems.join("; ") };
}

async function clientOf(
  endpoint: Endpoint,
  options: AccessOptions,
): Promise<{ readonly client: RegistryClient; readonly problem: string | undefined }> {
  const { env, signal, timeoutMs = 15_000 } = options;
  const { login, problem } = await (options.credentials ?? dockerCredentials(env))(endpoint.host);
  const fetch = fetchWithProxy(env, options.fetch);
  return { client: registryClient({ endpoint, fetch, login, signal, timeoutMs }), problem };
}

const insecureOf = ({ env }: AccessOptions): readonly string[] =>
  (env["SEAWORTHY_INSECURE_REGISTRIES"] ?? "").split(/[\s,]+/);
