import { isDeepStrictEqual } from "node:util";
import type {
  Difference,
  DifferenceKind,
  ImageConfig,
  InstalledPackage,
  LayerDifference,
  Rebuilt,
} from "../../model/types.ts";
import type { Mark, Marked } from "./marks.ts";
import { isInstallerRecord, isLogOrCache, isRecord } from "./normal-form.ts";

const EXAMPLES = 5;

/** Sets two builds of the same input beside each other, layer by layer and in a layer file by file. */
export function compare(first: Marked, second: Marked): Rebuilt {
  const moved = movedPackages(first.packages, second.packages);
  const count = Math.min(first.layers.length, second.layers.length);
  const differing = Array.from({ length: count }, (_, index) => index).filter(
    (index) => first.layers[index]?.diffId !== second.layers[index]?.diffId,
  );
  return {
    layers: first.layers.length,
    again: second.layers.length,
    equal: count - differing.length,
    configuration: configurationDifferences(first.image.config, second.image.config),
    moved: [...moved.values()],
    differing: differing.map((index) => layerDifference(index, first, second, moved)),
  };
}

type Moved = ReadonlyMap<string, string>;

/** By kind and name, what to say about it. Python's distributions come from a lock: those that move are no excuse. */
function movedPackages(first: readonly InstalledPackage[], second: readonly InstalledPackage[]): Moved {
  const versions = (packages: readonly InstalledPackage[]) =>
    new Map(
      packages.filter(({ kind }) => kind !== "pypi").map(({ kind, name, version }) => [`${kind} ${name}`, version]),
    );
  const now = versions(second);
  return new Map(
    [...versions(first)]
      .filter(([name, version]) => now.get(name) !== version)
      .map(([name, version]) => [name, `${name.replace(/^\S+ /, "")} ${version} → ${now.get(name) ?? "gone"}`]),
  );
}

function layerDifference(index: number, first: Marked, second: Marked, moved: Moved): LayerDifference {
  const [one, other] = [first.marks[index] ?? new Map(), second.marks[index] ?? new Map()];
  const found = new Map<DifferenceKind, { files: number; examples: string[] }>();
  const isSameSource = (path: string) => sameSource(path, first, second);
  for (const path of new Set([...one.keys(), ...other.keys()])) {
    const owner = first.owners.nameOf(path) ?? second.owners.nameOf(path);
    const kind = kindOf(path, one.get(path), other.get(path), {
      isMoved: owner !== undefined && moved.has(owner),
      isSameSource,
    });
    if (kind === undefined) continue;
    const sum = found.get(kind) ?? { files: 0, examples: [] };
    sum.files += 1;
    if (sum.examples.length < EXAMPLES) sum.examples.push(`/${path}${owner === undefined ? "" : ` (${owner})`}`);
    found.set(kind, sum);
  }
  const differences = [...found].map(([kind, sum]): Difference => ({ kind, ...sum }));
  return {
    layer: index + 1,
    step: first.layers[index]?.createdBy ?? "",
    differences: differences.length > 0 ? differences : [{ kind: "archive", files: 0, examples: [] }],
  };
}

/** What is known around one file. */
interface Around {
  readonly isMoved: boolean;
  readonly isSameSource: (path: string) => boolean;
}

/** What differs in one entry of a layer; undefined when nothing does. */
function kindOf(
  path: string,
  one: Mark | undefined,
  other: Mark | undefined,
  around: Around,
): DifferenceKind | undefined {
  const kind = rawKindOf(one, other);
  if (kind === undefined || kind === "times") return kind;
  if (around.isMoved) return "moved";
  if (isLogOrCache(path)) return "logs";
  if (isInstallerRecord(path)) return "records";
  if (kind !== "content" || one?.hashes === undefined) return kind;
  const same = one.hashes.normal === other?.hashes?.normal;
  return contentKindOf(path, same, around.isSameSource) ?? kind;
}

/** Why the bytes of a file differ, where it is not what the file is for. `same`: in their normal form. */
function contentKindOf(path: string, same: boolean, isSameSource: Around["isSameSource"]): DifferenceKind | undefined {
  if (isRecord(path) && same) return "records";
  if (!path.endsWith(".pyc")) return undefined;
  if (same) return "bytecode-times";
  return isSameSource(sourceOf(path)) ? "bytecode" : undefined;
}

function rawKindOf(one: Mark | undefined, other: Mark | undefined): DifferenceKind | undefined {
  if (one === undefined || other === undefined) return "only-once";
  if (one.kind !== other.kind || one.link !== other.link || one.hashes?.raw !== other.hashes?.raw) return "content";
  if (one.mode !== other.mode || one.uid !== other.uid || one.gid !== other.gid) return "rights";
  return one.modified === other.modified ? undefined : "times";
}

const sourceOf = (path: string): string => path.replace(/__pycache__\/([^/]+?)\.[\w-]+(?:\.opt-\d)?\.pyc$/, "$1.py");

/** Whether both images have this file, in whatever layer, with the same bytes. */
function sameSource(path: string, first: Marked, second: Marked): boolean {
  const hashIn = ({ marks }: Marked) => marks.findLast((layer) => layer.has(path))?.get(path)?.hashes?.raw;
  const hash = hashIn(first);
  return hash !== undefined && hash === hashIn(second);
}

/** Labels that name the run that built the image are no part of it. */
const OWN_LABELS = /^seaworthy\./;

function configurationDifferences(first: ImageConfig, second: ImageConfig): readonly string[] {
  const comparable = (config: ImageConfig): Readonly<Record<string, unknown>> => ({
    ...config,
    // The layers' own are compared with them.
    history: [],
    labels: Object.fromEntries(Object.entries(config.labels).filter(([name]) => !OWN_LABELS.test(name))),
  });
  const [one, other] = [comparable(first), comparable(second)];
  return Object.keys(one).filter((name) => !isDeepStrictEqual(one[name], other[name]));
}
