import { posix } from "node:path";
import type { ImageOrigin, StartCommand } from "../model/types.ts";
import { addGrace, addProbe, addStart, addTarget, looksLikeService, mayServe, type Outside, ownOf } from "./outside.ts";
import { asSeenFrom } from "./above.ts";
import { composeMounts, namedVolumes } from "./outside-mounts.ts";
import { composeLimits } from "./outside-limits.ts";
import { composeTerms } from "./outside-terms.ts";
import { isTable, type Table, tableAt, textAt, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { readYaml, type YamlDocument } from "./yaml-file.ts";

/** The file that Compose reads when none is named, and the one that it then lays over it. */
const DEFAULT = /^(?:docker-)?compose\.ya?ml$/;
const OVERRIDE = /^(?:docker-)?compose\.override\.ya?ml$/;

const NAME = /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/;
/** `docker compose -f production.yml` names a file by where it is used: what stands in it says that it is Compose's. */
const BY_PLACE = /(?:^|\/)(?:local|dev(?:elop(?:ment)?)?|stag(?:e|ing)|prod(?:uction)?|stack|services)\.ya?ml$/;

export const isNamedCompose = (file: string): boolean => NAME.test(file);

/** By its name, or by its name and its text. */
export const isCompose = (tree: Pick<Tree, "read">, file: string): boolean =>
  isNamedCompose(file) || (BY_PLACE.test(file) && lists(tree.read(file) ?? ""));

const lists = (text: string): boolean =>
  /^services:[ \t]*(?:#.*)?$/m.test(text) && /^[ \t]+(?:build|image):/m.test(text);

/**
 * Compose files and their overrides: the services that are built here, or whose command is a Python server's. What is
 * built by a Dockerfile of another folder than the service's own, such as a proxy, is another image.
 */
export async function readCompose(
  tree: Tree,
  outside: Outside,
  { own, problems }: { readonly own: string | undefined; readonly problems: TreeProblem[] },
): Promise<void> {
  const documents: YamlDocument[] = [];
  for (const file of tree.files.filter((one) => isCompose(tree, one))) {
    const text = tree.read(file);
    if (text !== undefined) documents.push(...(await readYaml(file, text, problems)));
  }
  documents.push(...(await readAbove(tree)));
  const known = knownServices(documents, tree);
  const isOwn = (builds: string) =>
    own === undefined || !tree.files.includes(builds) || folderOf(builds) === folderOf(own);
  for (const document of documents) {
    const { file } = document.source;
    const over = DEFAULT.test(posix.basename(file))
      ? documents.filter(
          ({ source }) => OVERRIDE.test(posix.basename(source.file)) && folderOf(source.file) === folderOf(file),
        )
      : [];
    readServices(document, over, { tree, outside, known, isOwn, own });
  }
}

/** Those of the folders above: only what they build from this folder is meant, and their errors are not this service's. */
async function readAbove({ above = new Map<string, string>() }: Tree): Promise<readonly YamlDocument[]> {
  const documents: YamlDocument[] = [];
  for (const [file, text] of above) if (isNamedCompose(file)) documents.push(...(await readYaml(file, text, [])));
  return documents;
}

const folderOf = (file: string): string => posix.dirname(file);

const isAbove = (file: string): boolean => file.startsWith("../");

/** The Dockerfile that a service is built by, relative to the folder of the service that is read. */
function dockerfileOf(service: unknown, { source: { file } }: YamlDocument, { root }: Tree): string | undefined {
  const built = composeBuild(valueAt(service, "build"), folderOf(file))?.dockerfile;
  return built !== undefined && isAbove(file) ? asSeenFrom(root, built) : built;
}

/** What all files together say of a service by its name: one file may build it and another give it its command. */
interface Known {
  readonly builds: string | undefined;
  readonly image: boolean;
  /** A file gives it a command of its own. */
  readonly commanded: boolean;
  /** What each file that builds it builds: more than one, when the files do not agree. */
  readonly builtAs: readonly ImageOrigin[];
}

function knownServices(documents: readonly YamlDocument[], tree: Tree): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const document of documents)
    for (const [name, service] of Object.entries(tableAt(document.value, "services"))) {
      const before = known.get(name);
      const builds = dockerfileOf(service, document, tree);
      known.set(name, {
        builds: before?.builds ?? builds,
        image: before?.image === true || valueAt(service, "image") !== undefined,
        commanded:
          before?.commanded === true ||
          valueAt(service, "command") !== undefined ||
          valueAt(service, "entrypoint") !== undefined,
        builtAs: [...(before?.builtAs ?? []), ...(builds === undefined ? [] : [builtBy(service, builds)])],
      });
    }
  return known;
}

/** `${TARGET:-}` is the last stage, and `${TARGET:-prod}` that one, where nobody says another. */
function targetOf(service: unknown): string | undefined {
  const written = textAt(service, "build", "target");
  const target = written?.replaceAll(/\$\{\w+:?-([^${}]*)\}/g, "$1");
  return target === "" ? undefined : target;
}

function builtBy(service: unknown, dockerfile: string): ImageOrigin {
  const target = targetOf(service);
  const image = textAt(service, "image");
  return { dockerfile, ...(target === undefined ? {} : { target }), ...(image === undefined ? {} : { image }) };
}

/** By its own file, or by the others where they agree: a file that is laid over them may name another stage. */
function originOf(service: unknown, own: string | undefined, known: Known | undefined): ImageOrigin {
  const image = textAt(service, "image");
  const [first, ...others] = known?.builtAs ?? [];
  if (own !== undefined) {
    const built = builtBy(service, own);
    // `build: .` here and `build: { target: dev }` in an override: which of them runs, only the command line says.
    const isSure = built.target !== undefined || known?.builtAs.every(({ target }) => target === undefined) === true;
    return isSure ? built : {};
  }
  const agree = others.every(({ dockerfile, target }) => dockerfile === first?.dockerfile && target === first?.target);
  if (first !== undefined) return agree ? { ...first, ...(image === undefined ? {} : { image }) } : {};
  return image === undefined ? {} : { image };
}

interface Reading {
  readonly tree: Tree;
  readonly outside: Outside;
  readonly known: ReadonlyMap<string, Known>;
  readonly isOwn: (builds: string) => boolean;
  /** The Dockerfile that is judged. */
  readonly own: string | undefined;
}

function readServices(document: YamlDocument, over: readonly YamlDocument[], reading: Reading): void {
  for (const [name, service] of Object.entries(tableAt(document.value, "services"))) {
    if (!isTable(service)) continue;
    // What an override replaces is not what Compose starts.
    const replaced = over.some(({ value }) => valueAt(value, "services", name, "command") !== undefined);
    const command = replaced ? undefined : service["command"];
    const builds = dockerfileOf(service, document, reading.tree);
    const isMeant = isAbove(document.source.file)
      ? isBuiltHere({ name, command, builds }, reading)
      : isOurs({ name, command, builds }, reading);
    if (isMeant) readOne(document, { name, service, command }, reading);
  }
}

interface Named {
  readonly name: string;
  readonly service: Table;
  readonly command: unknown;
}

function readOne(document: YamlDocument, { name, service, command }: Named, { tree, outside, known }: Reading): void {
  const { entrypoint } = service;
  const path = ["services", name];
  const evidence = (...more: readonly string[]) => document.evidence([...path, ...more]);
  const above = isAbove(document.source.file);
  const builds = dockerfileOf(service, document, tree);
  // A command of a file that is not in this folder is told, and not written anew by a rework.
  const compose = builds === undefined || above ? undefined : { name, builds, entrypoint: entrypoint !== undefined };
  const key = command === undefined ? "entrypoint" : "command";
  const origin = originOf(service, builds, known.get(name));
  const start = addStart(outside, tree, "compose", {
    command,
    entrypoint,
    evidence: evidence(key),
    compose,
    name,
    origin,
  });
  const stage = targetOf(service);
  if (stage !== undefined && builds !== undefined)
    addTarget(outside, { by: "compose", dockerfile: builds, stage, evidence: evidence("build", "target") });
  const test = withDefaults(valueAt(service, "healthcheck", "test"));
  addProbe(outside, "compose", test, { evidence: evidence("healthcheck", "test"), origin });
  const own = ownThere(start, entrypoint, known.get(name));
  const terms = composeTerms({ document, path, table: service, own });
  if (mayServe(start))
    addGrace(outside, service["stop_grace_period"], evidence("stop_grace_period"), {
      origin,
      variables: Object.keys(terms.variables),
      ...own,
    });
  // An override only adds to a service: the file beside it says what that is built from.
  const built = builds ?? known.get(name)?.builds;
  if (built !== undefined) addMounts(document, { name, builds: built }, tree, outside);
  outside.limits.push({ ...composeLimits(service, { container: name, evidence: evidence(), origin }), terms });
  for (const [variable, value] of environmentOf(service["environment"]))
    if (!outside.examples.has(variable)) outside.examples.set(variable, value);
}

/** `${CHECK:-curl localhost}` is what it defaults to; `$${…}` is left to the shell. */
const withDefaults = (test: unknown): unknown =>
  typeof test === "string" ? test.replaceAll(/(?<!\$)\$\{\w+:?-([^${}]*)\}/g, "$1") : test;

function addMounts(
  document: YamlDocument,
  service: Parameters<typeof composeMounts>[1],
  { root }: Tree,
  outside: Outside,
): void {
  const above = isAbove(document.source.file);
  const seen = (place: string) => (above ? asSeenFrom(root, place) || "." : place);
  outside.mounts.push(...composeMounts(document, service, seen));
  outside.volumes.push(...namedVolumes(document, service.name));
}

/** Where another file has the last word, what it says is not known here. */
const ownThere = (
  start: StartCommand | undefined,
  entrypoint: unknown,
  known: Known | undefined,
): ReturnType<typeof ownOf> =>
  start === undefined && known?.commanded === true ? { ownCommand: true } : ownOf(start, entrypoint);

/** Of a file above the folder: built by the very Dockerfile that is judged, as this file says or, where it is silent, another. */
const isBuiltHere = ({ name, builds }: Written, { known, own }: Reading): boolean =>
  own !== undefined && (builds ?? known.get(name)?.builds) === own;

/** Built here; or of no known image, as in a file that is laid over one we do not have; or plainly a Python service. */
function isOurs({ name, command, builds }: Written, { known, isOwn }: Reading): boolean {
  const all = known.get(name);
  // `local.yml` and `production.yml` build a service of one name by two Dockerfiles: each speaks for itself.
  const file = builds ?? all?.builds;
  if (file !== undefined) return isOwn(file);
  return all?.image !== true || looksLikeService(command);
}

interface Written {
  readonly name: string;
  readonly command: unknown;
  /** The Dockerfile that its own file builds it by. */
  readonly builds: string | undefined;
}

/** The folder and Dockerfile of `build: .` or `build: { context, dockerfile }`, relative to the service's folder. */
export function composeBuild(
  build: unknown,
  folder: string,
): { readonly context: string; readonly dockerfile: string } | undefined {
  const written = typeof build === "string" ? build : (textAt(build, "context") ?? (isTable(build) ? "." : undefined));
  if (written === undefined || written.includes("://")) return undefined;
  const context = posix.join(folder, written);
  return { context, dockerfile: posix.join(context, textAt(build, "dockerfile") ?? "Dockerfile") };
}

function environmentOf(environment: unknown): ReadonlyArray<readonly [string, string]> {
  if (Array.isArray(environment))
    return environment
      .map((item) => String(item))
      .filter((item) => item.includes("="))
      .map((item) => [item.slice(0, item.indexOf("=")), item.slice(item.indexOf("=") + 1)]);
  if (!isTable(environment)) return [];
  return Object.entries(environment)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, String(value)]);
}
