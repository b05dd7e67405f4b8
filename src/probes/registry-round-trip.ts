import { basename, dirname } from "node:path";
import type { RegistryAccess } from "../registry/access.ts";
import { RegistryProblem } from "../registry/client.ts";
import type { Served, Unpacked } from "../registry/served.ts";
import type { Probe, ProbeContext } from "./probe.ts";

/** The image after it went to a registry and came back by its digest. */
export interface RoundTrip {
  /** Undefined when no repository was named: nothing was pushed. */
  readonly repository: string | undefined;
  readonly digest: string;
  readonly pushMs: number;
  /** Id of the image that was pushed, and of the one that the engine has after a pull by digest. */
  readonly pushedId: string;
  readonly pulledId: string | undefined;
  /** What the registry serves, fetched without the engine; undefined when it could not be read. */
  readonly served: Served | undefined;
  readonly problem: string;
  /** It was taken out of the registry again. */
  readonly removed: boolean;
}

export const registryRoundTrip: Probe<RoundTrip> = {
  id: "registry-round-trip",
  title: "Push the image to the registry that was named, and pull it by its digest",
  runs: "beside-others",
  waits: true,
  version: 1,
  async collect(context) {
    const { registry, image } = context;
    const repository = registry?.pushTo;
    if (registry === undefined || repository === undefined)
      return { ...NOTHING, repository: undefined, pushedId: image.id };
    return await roundTrip(context, registry, repository);
  },
};

const NOTHING: Omit<RoundTrip, "repository" | "pushedId"> = {
  digest: "",
  pushMs: 0,
  pulledId: undefined,
  served: undefined,
  problem: "",
  removed: false,
};

async function roundTrip(
  { engine, image, evidenceDirectory, earlier }: ProbeContext,
  registry: RegistryAccess,
  repository: string,
): Promise<RoundTrip> {
  const tagged = `${repository}:${tagOf(evidenceDirectory)}`;
  await engine.tag(image.id, tagged);
  try {
    const started = performance.now();
    await engine.push(tagged);
    const pushMs = performance.now() - started;
    const digest = await registry.digestOfTag(tagged);
    const byDigest = `${repository}@${digest}`;
    try {
      const read = await registry.served(byDigest, unpackedIn(await earlier?.())).then(
        (served) => ({ served, problem: "" }),
        (error: unknown) => ({ served: undefined, problem: problemOf(error) }),
      );
      // Without its tag the engine must take it from the registry's answer and from nowhere else.
      await engine.removeImage(tagged);
      await engine.pull(byDigest);
      const pulledId = (await engine.inspect(byDigest))?.id;
      const removed = await registry.remove(byDigest);
      return { repository, digest, pushMs, pushedId: image.id, pulledId, ...read, removed };
    } finally {
      await engine.removeImage(byDigest).catch(() => {});
    }
  } finally {
    await engine.removeImage(tagged).catch(() => {});
  }
}

/** The same bytes unpack to the same layer. */
function unpackedIn(seen: unknown): Unpacked {
  const { served } = (seen ?? {}) as Partial<Pick<RoundTrip, "served">>;
  return new Map(served?.layers.flatMap(({ digest, diffId }) => (diffId === undefined ? [] : [[digest, diffId]])));
}

/** `20261121093000-ab12cd-after`: the run and the side, so that what is left behind tells where it is from. */
function tagOf(evidenceDirectory: string): string {
  const side = dirname(evidenceDirectory);
  return `seaworthy-${basename(dirname(side))}-${basename(side)}`.replaceAll(/[^\w.-]/g, "-").slice(0, 128);
}

function problemOf(error: unknown): string {
  if (error instanceof RegistryProblem) return error.message;
  throw error;
}
