import { posix } from "node:path";
import { addGrace, addProbe, addStart, looksLikeService, type Outside } from "./outside.ts";
import { composeLimits } from "./outside-limits.ts";
import { isTable, tableAt, textAt, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { readYaml, type YamlDocument } from "./yaml-file.ts";

/** The file that Compose reads when none is named, and the one that it then lays over it. */
const DEFAULT = /^(?:docker-)?compose\.ya?ml$/;
const OVERRIDE = /^(?:docker-)?compose\.override\.ya?ml$/;

export const isCompose = (file: string): boolean => /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/.test(file);

/** Compose files and their overrides: the services that are built here, or whose command is a Python server's. */
export async function readCompose(tree: Tree, outside: Outside, problems: TreeProblem[]): Promise<void> {
  const documents: YamlDocument[] = [];
  for (const file of tree.files.filter(isCompose)) {
    const text = tree.read(file);
    if (text !== undefined) documents.push(...(await readYaml(file, text, problems)));
  }
  for (const document of documents) {
    const { file } = document.source;
    const over = DEFAULT.test(posix.basename(file))
      ? documents.filter(({ source }) => OVERRIDE.test(posix.basename(source.file)) && beside(source.file, file))
      : [];
    readServices(document, over, { tree, outside });
  }
}

const beside = (one: string, other: string): boolean => posix.dirname(one) === posix.dirname(other);

function readServices(
  document: YamlDocument,
  over: readonly YamlDocument[],
  { tree, outside }: { readonly tree: Tree; readonly outside: Outside },
): void {
  for (const [name, service] of Object.entries(tableAt(document.value, "services"))) {
    if (!isTable(service)) continue;
    // What an override replaces is not what Compose starts.
    const replaced = over.some(({ value }) => valueAt(value, "services", name, "command") !== undefined);
    const [command, entrypoint] = [replaced ? undefined : service["command"], service["entrypoint"]];
    const isOverride = service["image"] === undefined;
    if (service["build"] === undefined && !isOverride && !looksLikeService(command)) continue;
    const path = ["services", name];
    const key = command === undefined ? "entrypoint" : "command";
    const builds = dockerfileOf(service["build"], posix.dirname(document.source.file));
    const target = textAt(service["build"], "target");
    if (builds !== undefined && target !== undefined)
      outside.buildTargets.push({
        dockerfile: builds,
        stage: target,
        evidence: document.evidence([...path, "build", "target"]),
      });
    const compose = builds === undefined ? undefined : { name, builds, entrypoint: entrypoint !== undefined };
    addStart(outside, tree, "compose", { command, entrypoint, evidence: document.evidence([...path, key]), compose });
    addProbe(
      outside,
      "compose",
      valueAt(service, "healthcheck", "test"),
      document.evidence([...path, "healthcheck", "test"]),
    );
    addGrace(outside, service["stop_grace_period"], document.evidence([...path, "stop_grace_period"]));
    outside.limits.push(composeLimits(service, { container: name, evidence: document.evidence(path) }));
    for (const [variable, value] of environmentOf(service["environment"]))
      if (!outside.examples.has(variable)) outside.examples.set(variable, value);
  }
}

/** The Dockerfile of `build: .` or `build: { context, dockerfile }`, relative to the service's folder. */
function dockerfileOf(build: unknown, folder: string): string | undefined {
  const context = typeof build === "string" ? build : (textAt(build, "context") ?? (isTable(build) ? "." : undefined));
  if (context === undefined || context.includes("://")) return undefined;
  return posix.join(folder, context, textAt(build, "dockerfile") ?? "Dockerfile");
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
