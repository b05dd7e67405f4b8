import { UserError } from "../kit/errors.ts";
import type { Image } from "../model/types.ts";
import type { Member } from "./layers.ts";

/** One layer before it is read. */
export interface LayerPlan {
  readonly diffId: string;
  readonly createdBy: string;
  readonly member: Member;
  /** Of the blob as it is stored. */
  readonly contentBytes: number | undefined;
}

interface Descriptor {
  readonly digest: string;
  readonly size?: number;
  readonly mediaType?: string;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Manifest {
  readonly manifests?: readonly Descriptor[] | null;
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[] | null;
}
interface Config {
  readonly rootfs?: { readonly diff_ids?: readonly string[] | null };
  readonly history?: ReadonlyArray<{ readonly created_by?: string; readonly empty_layer?: boolean }> | null;
}
/** `manifest.json`, which both layouts have. */
interface Listing {
  readonly Config: string;
  /** None where the image has no layer, as one of labels alone. */
  readonly Layers: readonly string[] | null;
}

type Members = ReadonlyMap<string, Member>;

/** The layers of a saved archive, lowest first, whichever layout it has. */
export function layersIn(members: Members, image: Image): readonly LayerPlan[] {
  const listing = (parse(members, "manifest.json") as readonly Listing[] | undefined)?.[0];
  if (listing !== undefined) return plansOf(members, listing, sizesIn(members, listing));
  throw new UserError("engine/bad-archive", `The engine's archive of ${image.tag} has no manifest.json`, {
    hint: "seaworthy reads what `docker save` writes; this engine writes something else.",
  });
}

function plansOf(members: Members, listing: Listing, sizes: ReadonlyMap<string, number>): readonly LayerPlan[] {
  const config = parse(members, listing.Config) as Config | undefined;
  const created = (config?.history ?? []).filter((entry) => entry.empty_layer !== true);
  return (listing.Layers ?? []).map((name, index) => {
    const member = members.get(name);
    if (member === undefined)
      throw new UserError("engine/bad-archive", `The engine's archive lacks the layer ${name}`, {
        hint: "Pull the image again: the engine does not hold all of it.",
      });
    return {
      diffId: config?.rootfs?.diff_ids?.[index] ?? "",
      createdBy: created[index]?.created_by ?? "",
      member,
      contentBytes: sizes.get(name),
    };
  });
}

/** Sizes of the layers' blobs by their name in the archive, from the manifest that has this configuration. */
function sizesIn(members: Members, listing: Listing): ReadonlyMap<string, number> {
  const wanted = listing.Config.replace(/^blobs\/(\w+)\//, "$1:");
  const pending = [...((parse(members, "index.json") as Manifest | undefined)?.manifests ?? [])];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const manifest = parse(members, blobName(next.digest)) as Manifest | undefined;
    pending.push(...(manifest?.manifests ?? []));
    if (manifest?.config?.digest === wanted)
      return new Map((manifest.layers ?? []).map((layer) => [blobName(layer.digest), layer.size ?? 0]));
  }
  return new Map();
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

function parse(members: Members, name: string): unknown {
  const member = members.get(name);
  return member === undefined || typeof member === "string" ? undefined : JSON.parse(member.toString("utf8"));
}
