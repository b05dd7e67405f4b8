import { setTimeout as pause } from "node:timers/promises";
import { EngineRefusal, type EngineHttp } from "./http.ts";
import { encodePath } from "./image.ts";
import { removeContainer } from "./container.ts";
import { bareId, type ListedImage, removableLayers, somebodyBuilds } from "./build-layers.ts";
import { isBuilt, isLayer, isOurs, runLabel } from "./owner.ts";

/** Together 4.5 seconds, far longer than an image takes to go. */
const ATTEMPTS = 10;

/** The only image names that are ever removed. */
const NAMESPACE = "seaworthy/";

export interface Ours {
  owns(labels: Readonly<Record<string, string>>): boolean;
  /** Asked for each layer of a build on Podman. */
  ownsLayer(labels: Readonly<Record<string, string>>): boolean;
  /** Asked for each tag of an image that is owned. Without it no image is looked for: to list them takes an engine long. */
  readonly image?: ((tag: string) => boolean) | undefined;
  /** By the engine's clock. */
  readonly now: number;
  /** Layers of ours are labelled: what lies below an image and is not, is somebody else's and stays. */
  readonly layersAreLabelled: boolean;
  /** No image stands on another, so they may go at once. */
  readonly atOnce: boolean;
}

interface Labelled {
  readonly Id: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** Removes containers, then networks, then image tags and layers of builds that carry our label and are `owned`; returns what it removed. */
export async function removeOurs(http: EngineHttp, ours: Ours): Promise<readonly string[]> {
  const filters = JSON.stringify({ label: [runLabel] });
  const list = async <T extends Labelled>(
    kind: "container" | "network" | "image",
    path: string,
  ): Promise<readonly T[]> => {
    // The filter is the engine's promise; what is removed is decided on the labels themselves.
    return (await listed<T>(http, path, filters)).filter(
      ({ Labels: labels }) => labels !== null && isOurs(labels, kind) && ours.owns(labels),
    );
  };
  const removed: string[] = [];
  for (const { Id: id } of await list("container", "/containers/json")) {
    await removeContainer(http, id);
    removed.push(`container ${id.slice(0, 12)}`);
  }
  for (const { Id: id } of await list("network", "/networks")) {
    await removeNetwork(http, id);
    removed.push(`network ${id.slice(0, 12)}`);
  }
  const { image: isWanted } = ours;
  if (isWanted === undefined) return removed;
  const images = await list<ListedImage>("image", "/images/json");
  const alone = ours.layersAreLabelled ? { noprune: true } : {};
  const tags = images.flatMap(({ RepoTags: all }) => (all ?? []).filter((name) => isOurTag(name) && isWanted(name)));
  removed.push(...(await removeTags(http, tags, { alone, atOnce: ours.atOnce })));
  for (const { Id: id } of untagged(images, ours.layersAreLabelled))
    if (isWanted("") && (await removeTag(http, id, alone))) removed.push(`image ${shortId(id)}`);
  const layers = ours.layersAreLabelled && isWanted("") ? await removeLayers(http, ours, filters) : [];
  return [...removed, ...layers];
}

/** Names those that went. */
async function removeTags(
  http: EngineHttp,
  tags: readonly string[],
  { alone, atOnce }: { readonly alone: { readonly noprune?: boolean }; readonly atOnce: boolean },
): Promise<readonly string[]> {
  const went: boolean[] = [];
  if (atOnce) went.push(...(await Promise.all(tags.map((tag) => removeTag(http, tag, alone)))));
  else for (const tag of tags) went.push(await removeTag(http, tag, alone));
  return tags.filter((_, index) => went[index]).map((tag) => `image ${tag}`);
}

async function removeLayers(http: EngineHttp, ours: Ours, filters: string): Promise<readonly string[]> {
  const labelled = await listed<ListedImage>(http, "/images/json", filters);
  if (!labelled.some(({ Labels: labels }) => labels !== null && isLayer(labels) && ours.ownsLayer(labels))) return [];
  if (await somebodyBuilds(http, ours.now)) return [];
  const removed: string[] = [];
  for (const id of removableLayers(await listed<ListedImage>(http, "/images/json"), (labels) => ours.ownsLayer(labels)))
    if (await removeTag(http, id, { noprune: true })) removed.push(`layer ${shortId(id)}`);
  return removed;
}

function listed<T extends Labelled>(http: EngineHttp, path: string, filters?: string): Promise<readonly T[]> {
  return patiently(() => http.json<readonly T[]>("GET", path, { query: { all: 1, filters }, evenWhenAborted: true }));
}

/**
 * The builds whose tag went to a later build of the run. Podman keeps them, with the layers below them. What was made
 * from one of them has its labels too, and one of them as its parent: somebody else made that.
 */
export function untagged(images: readonly ListedImage[], layersAreLabelled: boolean): readonly ListedImage[] {
  const built = images.filter(({ Labels: labels }) => labels !== null && isBuilt(labels));
  // Before it labels layers, Podman gives them the labels of what is built: those have one of ours as their parent too.
  const parents = layersAreLabelled ? built : built.filter(({ RepoTags: tags }) => (tags ?? []).length > 0);
  const ids = new Set(parents.map(({ Id: id }) => bareId(id)));
  return built.filter(
    ({ RepoTags: tags, ParentId: parent = "" }) =>
      (tags ?? []).length === 0 && parent !== "" && !ids.has(bareId(parent)),
  );
}

const shortId = (id: string): string => bareId(id).slice(0, 12);

/**
 * While somebody else removes an image, Docker's containerd store refuses to list the images at all ("content digest …
 * not found"). It can a moment later.
 */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof EngineRefusal) || attempt === ATTEMPTS) throw error;
      await pause(attempt * 100);
    }
}

/** Podman shows `localhost/seaworthy/…`. */
function isOurTag(tag: string): boolean {
  return tag.replace(/^(?:localhost|docker\.io)\//, "").startsWith(NAMESPACE);
}

export async function removeNetwork(http: EngineHttp, id: string): Promise<void> {
  try {
    await http.bytes("DELETE", `/networks/${id}`, { evenWhenAborted: true });
  } catch (error) {
    if (!(error instanceof EngineRefusal && error.status === 404)) throw error;
  }
}

/** False when it could not go: a container that is not ours uses it. */
async function removeTag(http: EngineHttp, tag: string, query: { readonly noprune?: boolean } = {}): Promise<boolean> {
  try {
    await http.bytes("DELETE", `/images/${encodePath(tag)}`, { query, evenWhenAborted: true });
    return true;
  } catch (error) {
    if (error instanceof EngineRefusal && (error.status === 404 || error.status === 409)) return false;
    throw error;
  }
}
