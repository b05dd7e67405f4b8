import { posix } from "node:path";
import type { ImageOrigin } from "../model/types.ts";
import { addGrace, addProbe, addStart, addTarget, looksLikeService, mayServe, type Outside } from "./outside.ts";
import { composeMounts } from "./outside-mounts.ts";
import { composeLimits } from "./outside-limits.ts";
import { composeTerms } from "./outside-terms.ts";
import { isTable, tableAt, textAt, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { readYaml, type YamlDocument } from "./yaml-file.ts";

/** The file that Compose reads when none is named, and the one that it then lays over it. */
const DEFAULT = /^(?:docker-)?compose\.ya?ml$/;
const OVERRIDE = /^(?:docker-)?compose\.override\.ya?ml$/;

export const isCompose = (file: string): boolean => /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/.test(file);

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
  for (const file of tree.files.filter(isCompose)) {
    const text = tree.read(file);
    if (text !== undefined) documents.push(...(await readYaml(file, text, problems)));
  }
  const known = knownServices(documents);
  const isOwn = (builds: string) =>
    own === undefined || !tree.files.includes(builds) || folderOf(builds) === folderOf(own);
  for (const document of documents) {
    const { file } = document.source;
    const over = DEFAULT.test(posix.basename(file))
      ? documents.filter(
          ({ source }) => OVERRIDE.test(posix.basename(source.file)) && folderOf(source.file) === folderOf(file),
        )
      : [];
    readServices(document, over, { tree, outside, known, isOwn });
  }
}

const folderOf = (file: string): string => posix.dirname(file);

/** What all files together say of a service by its name: one file may build it and another give it its command. */
interface Known {
  readonly builds: string | undefined;
  readonly image: boolean;
  /** A file gives it a command of its own. */
  readonly commanded: boolean;
  /** What each file that builds it builds: more than one, when the files do not agree. */
  readonly builtAs: readonly ImageOrigin[];
}

function knownServices(documents: readonly YamlDocument[]): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const { value, source } of documents)
    for (const [name, service] of Object.entries(tableAt(value, "services"))) {
      const before = known.get(name);
      const builds = composeBuild(valueAt(service, "build"), folderOf(source.file))?.dockerfile;
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

function builtBy(service: unknown, dockerfile: string): ImageOrigin {
  const target = textAt(service, "build", "target");
  const image = textAt(service, "image");
  return { dockerfile, ...(target === undefined ? {} : { target }), ...(image === undefined ? {} : { image }) };
}

/** By its own file, or by the others where they agree: a file that is laid over them may name another stage. */
function originOf(service: unknown, { source }: YamlDocument, known: Known | undefined): ImageOrigin {
  const image = textAt(service, "image");
  const own = composeBuild(valueAt(service, "build"), folderOf(source.file));
  const [first, ...others] = known?.builtAs ?? [];
  if (own !== undefined) {
    const built = builtBy(service, own.dockerfile);
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
}

function readServices(document: YamlDocument, over: readonly YamlDocument[], reading: Reading): void {
  const { tree, outside } = reading;
  for (const [name, service] of Object.entries(tableAt(document.value, "services"))) {
    if (!isTable(service)) continue;
    // What an override replaces is not what Compose starts.
    const replaced = over.some(({ value }) => valueAt(value, "services", name, "command") !== undefined);
    const [command, entrypoint] = [replaced ? undefined : service["command"], service["entrypoint"]];
    if (!isOurs(name, command, reading)) continue;
    const path = ["services", name];
    const key = command === undefined ? "entrypoint" : "command";
    const builds = composeBuild(service["build"], folderOf(document.source.file))?.dockerfile;
    const compose = builds === undefined ? undefined : { name, builds, entrypoint: entrypoint !== undefined };
    const origin = originOf(service, document, reading.known.get(name));
    const role = addStart(outside, tree, "compose", {
      command,
      entrypoint,
      evidence: document.evidence([...path, key]),
      compose,
      name,
      origin,
    });
    if (builds !== undefined) addBuiltStage(document, name, builds, outside);
    addProbe(outside, "compose", valueAt(service, "healthcheck", "test"), {
      evidence: document.evidence([...path, "healthcheck", "test"]),
      origin,
    });
    if (mayServe(role))
      addGrace(outside, service["stop_grace_period"], document.evidence([...path, "stop_grace_period"]), origin);
    addTerms(document, name, origin, reading);
    // An override only adds to a service: the file beside it says what that is built from.
    const built = builds ?? reading.known.get(name)?.builds;
    if (built !== undefined) outside.mounts.push(...composeMounts(document, { name, builds: built }));
    for (const [variable, value] of environmentOf(service["environment"]))
      if (!outside.examples.has(variable)) outside.examples.set(variable, value);
  }
}

function addTerms(document: YamlDocument, name: string, origin: ImageOrigin, { known, outside }: Reading): void {
  const path = ["services", name];
  const table = valueAt(document.value, ...path);
  const terms = composeTerms({ document, path, table, ownCommand: known.get(name)?.commanded === true });
  const limits = composeLimits(table, { container: name, evidence: document.evidence(path), origin });
  outside.limits.push({ ...limits, terms });
}

function addBuiltStage(document: YamlDocument, name: string, dockerfile: string, outside: Outside): void {
  const path = ["services", name, "build", "target"];
  const stage = textAt(document.value, ...path);
  if (stage !== undefined) addTarget(outside, { by: "compose", dockerfile, stage, evidence: document.evidence(path) });
}

/** Built here; or of no known image, as in a file that is laid over one we do not have; or plainly a Python service. */
function isOurs(name: string, command: unknown, { known, isOwn }: Reading): boolean {
  const { builds, image } = known.get(name) ?? { builds: undefined, image: false };
  if (builds !== undefined) return isOwn(builds);
  return !image || looksLikeService(command);
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
