import { addGrace, addProbe, addStart, type Outside } from "./outside.ts";
import { isCompose } from "./outside-compose.ts";
import { isTable, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { type Path, readYaml, type YamlDocument } from "./yaml-file.ts";

/** Any YAML, and JSON by a name or a folder that such definitions have: data is often JSON, and large. */
const MAY_TELL =
  /\.ya?ml$|(?:task|ecs|container|cloudformation|template|stack|deploy|infra|aws)[^/]*(?:\/[^/]+)*\.json$/i;
const NEVER_TELLS = /(?:^|\/)(?:\.github|node_modules|locales?|tests?|fixtures|docs?)\//;

/** Kubernetes manifests, Helm templates and ECS task definitions, wherever they lie. */
export async function readPlatforms(tree: Tree, outside: Outside, problems: TreeProblem[]): Promise<void> {
  for (const file of tree.files) {
    if (!MAY_TELL.test(file) || NEVER_TELLS.test(file) || isCompose(file)) continue;
    const text = tree.read(file);
    if (text === undefined) continue;
    if (/"?[cC]ontainerDefinitions"?\s*:/.test(text)) {
      for (const document of await readYaml(file, text, problems)) readEcs(document, tree, outside);
    } else if (text.includes("kind:") && text.includes("containers:")) {
      // A Helm template is YAML with holes: the holes are filled with a word, and what is then not YAML is no fault of the file.
      const isTemplate = text.includes("{{");
      const readable = isTemplate ? withoutTemplates(text) : text;
      for (const document of await readYaml(file, readable, isTemplate ? [] : problems))
        readKubernetes(document, tree, outside);
    }
  }
}

const withoutTemplates = (text: string): string =>
  text.replaceAll(/^[ \t]*\{\{-?[^}]*\}\}[ \t]*$/gm, "").replaceAll(/\{\{[^}]*\}\}/g, "templated");

/** Every table of a document that has a key, with its path. */
function* tablesWith(value: unknown, key: string, path: Path = []): Generator<{ table: unknown; path: Path }> {
  if (path.length > 20) return;
  if (isTable(value) && Object.hasOwn(value, key)) yield { table: value, path };
  for (const [name, child] of childrenOf(value)) yield* tablesWith(child, key, [...path, name]);
}

export function childrenOf(value: unknown): ReadonlyArray<readonly [string | number, unknown]> {
  if (Array.isArray(value)) return [...value.entries()];
  return isTable(value) ? Object.entries(value) : [];
}

function readKubernetes(document: YamlDocument, tree: Tree, outside: Outside): void {
  for (const { table, path } of tablesWith(document.value, "containers")) {
    const containers = valueAt(table, "containers");
    addGrace(
      outside,
      valueAt(table, "terminationGracePeriodSeconds"),
      document.evidence([...path, "terminationGracePeriodSeconds"]),
    );
    for (const [index, container] of Array.isArray(containers) ? containers.entries() : []) {
      const here = [...path, "containers", index];
      const [entrypoint, command] = [valueAt(container, "command"), valueAt(container, "args")];
      const key = entrypoint === undefined ? "args" : "command";
      addStart(outside, tree, "kubernetes", { command, entrypoint, evidence: document.evidence([...here, key]) });
      for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
        const test = valueAt(container, probe, "exec", "command");
        addProbe(outside, "kubernetes", test, document.evidence([...here, probe, "exec", "command"]));
      }
    }
  }
}

/** Task definitions as JSON, and as CloudFormation writes them with capital letters. */
function readEcs(document: YamlDocument, tree: Tree, outside: Outside): void {
  for (const key of ["containerDefinitions", "ContainerDefinitions"]) {
    for (const { table, path } of tablesWith(document.value, key)) {
      const containers = valueAt(table, key);
      for (const [index, container] of Array.isArray(containers) ? containers.entries() : [])
        readEcsContainer(document, container, [...path, key, index], { tree, outside, capital: key.startsWith("C") });
    }
  }
}

function readEcsContainer(
  document: YamlDocument,
  container: unknown,
  path: Path,
  { tree, outside, capital }: { readonly tree: Tree; readonly outside: Outside; readonly capital: boolean },
): void {
  const named = (name: string) => (capital ? name.charAt(0).toUpperCase() + name.slice(1) : name);
  const [command, entrypoint] = [valueAt(container, named("command")), valueAt(container, named("entryPoint"))];
  const key = named(command === undefined ? "entryPoint" : "command");
  addStart(outside, tree, "ecs", { command, entrypoint, evidence: document.evidence([...path, key]) });
  const probe = [named("healthCheck"), named("command")];
  addProbe(outside, "ecs", valueAt(container, ...probe), document.evidence([...path, ...probe]));
  addGrace(outside, valueAt(container, named("stopTimeout")), document.evidence([...path, named("stopTimeout")]));
  const environment = valueAt(container, named("environment"));
  for (const item of Array.isArray(environment) ? environment : []) {
    const [name, value] = [valueAt(item, named("name")), valueAt(item, named("value"))];
    if (typeof name === "string" && typeof value === "string" && !outside.examples.has(name))
      outside.examples.set(name, value);
  }
}
