import { isIn } from "../../kit/paths.ts";
import type { HealthcheckConfig, Report } from "../../model/types.ts";
import type { ManifestOptions } from "../manifest.ts";

/** Stands where a manifest needs the image's reference and nobody gave one. */
export const IMAGE = "IMAGE";

/** What every platform has to give the service, in the words of none of them. */
export interface Needs {
  readonly name: string;
  readonly image: string;
  /** Places to write, each with a name for its volume. */
  readonly folders: readonly Folder[];
  /** What it does not start without. Values are never taken from the proof: there they were examples. */
  readonly variables: { readonly secret: readonly string[]; readonly plain: readonly string[] };
  /** What the run advises; undefined where it measured none. */
  readonly memoryMiB: number | undefined;
  /** The first lines of what is to be filled in. */
  readonly fillIn: readonly string[];
}

interface Folder {
  readonly path: string;
  readonly volume: string;
}

export function needsOf(report: Report, { image }: ManifestOptions): Needs {
  const { service, contract, advice } = report;
  const required = contract.env.filter((one) => one.required);
  const namesOf = (secret: boolean) => required.filter((one) => one.secret === secret).map(({ name }) => name);
  const memoryBytes = advice?.resources?.memoryBytes;
  return {
    name: nameOf(service.name),
    image: image ?? IMAGE,
    folders: foldersOf(placesToWrite(contract.writablePaths, advice?.writable?.needed)),
    variables: { secret: namesOf(true), plain: namesOf(false) },
    memoryMiB: memoryBytes === undefined ? undefined : Math.ceil(memoryBytes / 2 ** 20),
    fillIn: image === undefined ? [`${IMAGE}: the image by digest, as it was pushed`] : [],
  };
}

/**
 * What the contract names and what was seen to be needed beside it. A path that no request of the proof wrote to stays:
 * the code writes there all the same, when its route is asked.
 */
const placesToWrite = (declared: readonly string[], needed: readonly string[] = []): readonly string[] => [
  ...declared,
  ...needed.filter((path) => !declared.some((folder) => isIn(path, folder))),
];

/** The image's own, where it has one that is asked. */
export function healthcheckOf({ after }: Report): HealthcheckConfig | undefined {
  const healthcheck = after.buildSide?.image?.config.healthcheck;
  return healthcheck?.test[0] === "NONE" ? undefined : healthcheck;
}

const MOST_LETTERS = 50;

/** Small letters, digits and single hyphens, with a letter at the start: every platform takes it. */
function nameOf(text: string, otherwise = "service"): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [otherwise];
  const name = words.join("-");
  return (/^[a-z]/.test(name) ? name : `${otherwise}-${name}`).slice(0, MOST_LETTERS).replace(/-$/, "");
}

/** `/var/lib/app` → `var-lib-app`; one whose name is taken gets a number. */
function foldersOf(paths: readonly string[]): readonly Folder[] {
  const taken = new Set<string>();
  return paths.map((path, at) => {
    const name = nameOf(path, "volume");
    const volume = taken.has(name) ? `${name}-${at + 1}` : name;
    taken.add(volume);
    return { path, volume };
  });
}
