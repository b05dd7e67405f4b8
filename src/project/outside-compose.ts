import { addGrace, addProbe, addStart, looksLikeService, type Outside } from "./outside.ts";
import { isTable, tableAt, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { readYaml, type YamlDocument } from "./yaml-file.ts";

export const isCompose = (file: string): boolean => /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/.test(file);

/** Compose files and their overrides: the services that are built here, or whose command is a Python server's. */
export async function readCompose(tree: Tree, outside: Outside, problems: TreeProblem[]): Promise<void> {
  for (const file of tree.files.filter(isCompose)) {
    const text = tree.read(file);
    if (text === undefined) continue;
    for (const document of await readYaml(file, text, problems)) readServices(document, tree, outside);
  }
}

function readServices(document: YamlDocument, tree: Tree, outside: Outside): void {
  for (const [name, service] of Object.entries(tableAt(document.value, "services"))) {
    if (!isTable(service)) continue;
    const [command, entrypoint] = [service["command"], service["entrypoint"]];
    const isOverride = service["image"] === undefined;
    if (service["build"] === undefined && !isOverride && !looksLikeService(command)) continue;
    const path = ["services", name];
    const key = command === undefined ? "entrypoint" : "command";
    addStart(outside, tree, "compose", { command, entrypoint, evidence: document.evidence([...path, key]) });
    addProbe(
      outside,
      "compose",
      valueAt(service, "healthcheck", "test"),
      document.evidence([...path, "healthcheck", "test"]),
    );
    addGrace(outside, service["stop_grace_period"], document.evidence([...path, "stop_grace_period"]));
    for (const [variable, value] of environmentOf(service["environment"]))
      if (!outside.examples.has(variable)) outside.examples.set(variable, value);
  }
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
