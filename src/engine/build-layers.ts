import type { EngineHttp } from "./http.ts";
import { isLayer } from "./owner.ts";

/** Podman keeps the layers of a build as images without a name; from 4.8 on they can be labelled, and then tell their owner. */

export interface ListedImage {
  readonly Id: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly RepoTags?: readonly string[] | null;
  /** Podman tells it, also of what was built; Docker does not. */
  readonly ParentId?: string;
}

/** Podman writes the id of a parent without the name of its hash. */
export const bareId = (id: string): string => id.replace(/^sha256:/, "");

/**
 * The layers that can go, each after those that were made from it. One that somebody else's image was made from stays. So
 * does one that a build of somebody else's found in the cache and gave a name, and with it what was made from it: that
 * has the labels without being ours.
 */
export function removableLayers(
  images: readonly ListedImage[],
  owned: (labels: Readonly<Record<string, string>>) => boolean,
): readonly string[] {
  const known = new Map(images.map((image) => [bareId(image.Id), image]));
  const left = new Set(images.filter(({ Labels: labels }) => labels !== null && isLayer(labels) && owned(labels)));
  for (const image of left) if (isTaken(image, known)) left.delete(image);
  const there = new Set(images);
  const order: string[] = [];
  for (let before = -1; order.length > before;) {
    before = order.length;
    const parents = new Set([...there].map(({ ParentId: parent = "" }) => bareId(parent)));
    for (const image of left)
      if (!parents.has(bareId(image.Id))) {
        order.push(image.Id);
        left.delete(image);
        there.delete(image);
      }
  }
  return order;
}

/** It has a name, or is made from a layer that has one. */
function isTaken(image: ListedImage, known: ReadonlyMap<string, ListedImage>): boolean {
  const seen = new Set<string>();
  for (
    let at: ListedImage | undefined = image;
    at !== undefined && !seen.has(at.Id);
    at = known.get(bareId(at.ParentId ?? ""))
  ) {
    seen.add(at.Id);
    if (isLayer(at.Labels ?? {}) && (at.RepoTags ?? []).length > 0) return true;
  }
  return false;
}

interface Listed {
  readonly State?: string;
  readonly Created?: string;
}

/** A build that is older has ended, and left its container behind. */
const LONGEST_BUILD_MS = 12 * 3600_000;

/** Whether somebody builds on this Podman now: he may have found a layer of ours in the cache, and be about to use it. */
export async function somebodyBuilds(http: EngineHttp, now: number): Promise<boolean> {
  const query = { all: true, external: true };
  const containers = await http.json<readonly Listed[] | null>("GET", "/libpod/containers/json", {
    query,
    evenWhenAborted: true,
  });
  return (containers ?? []).some(
    ({ State: state, Created: created }) =>
      state === "storage" && !(now - Date.parse(created ?? "") > LONGEST_BUILD_MS),
  );
}
