import type { ImageOrigin } from "../model/types.ts";
import { addGrace, addProbe, addStart, looksLikeService, mayServe, type Outside, ownOf } from "./outside.ts";
import { isCompose } from "./outside-compose.ts";
import { readEcs } from "./outside-ecs.ts";
import { kubernetesLimits, preStopOfPod } from "./outside-limits.ts";
import { kubernetesTerms } from "./outside-terms.ts";
import { childrenOf, isTable, listAt, textAt, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { type Path, readYaml, type YamlDocument } from "./yaml-file.ts";

/** Any YAML, and JSON by a name or a folder that such definitions have: data is often JSON, and large. */
const MAY_TELL =
  /\.ya?ml$|(?:task|ecs|container|cloudformation|template|stack|deploy|infra|aws)[^/]*(?:\/[^/]+)*\.json$/;
const NEVER_TELLS =
  /(?:^|\/)(?:\.github|node_modules|locales?|(?:unit|integration|e2e|functional|acceptance)?[-_]?tests?(?:[-_]?data)?|fixtures|docs?)\//;

/** Kubernetes manifests, Helm templates and ECS task definitions, wherever they lie. */
export async function readPlatforms(tree: Tree, outside: Outside, problems: TreeProblem[]): Promise<void> {
  // The one that the team named comes first: it is the one that ships.
  const named = tree.taskDefinition;
  if (named !== undefined)
    for (const document of await readYaml(named.file, named.text, problems)) readEcs(document, tree, outside);
  for (const file of tree.files) {
    if (file === named?.file || !MAY_TELL.test(file.toLowerCase()) || NEVER_TELLS.test(file) || isCompose(tree, file))
      continue;
    const text = tree.read(file);
    if (text !== undefined) await readOne({ file, text }, tree, outside, problems);
  }
}

async function readOne(
  { file, text }: { readonly file: string; readonly text: string },
  tree: Tree,
  outside: Outside,
  problems: TreeProblem[],
): Promise<void> {
  if (/"?[cC]ontainerDefinitions"?\s*:/.test(text)) {
    for (const document of await readYaml(file, text, problems)) readEcs(document, tree, outside);
  } else if (text.includes("kind:") && text.includes("containers:")) {
    // A Helm template is YAML with holes: the holes are filled with a word, and what is then not YAML is no fault of the file.
    const isTemplate = text.includes("{{");
    const readable = isTemplate ? withoutTemplates(text) : text;
    for (const document of await readYaml(file, readable, isTemplate ? [] : problems))
      readKubernetes(document, tree, outside);
  } else if (HELM_VALUES.test(file) && /\b(?:command|args|terminationGracePeriodSeconds|\w+Probe)\s*:/.test(text)) {
    for (const document of await readYaml(file, text, problems)) readValues(document, tree, outside);
  }
}

/** What a chart's templates are filled with; a chart of somebody else's is started so as well. */
const HELM_VALUES = /(?:^|\/)values(?:[.-][\w.-]+)?\.ya?ml$/;

/** Commands that start a Python service, probes and times, wherever a chart keeps them in its values. */
function readValues(document: YamlDocument, tree: Tree, outside: Outside): void {
  const grace = "terminationGracePeriodSeconds";
  for (const { table, path } of tablesWith(document.value, grace))
    addGrace(outside, valueAt(table, grace), document.evidence([...path, grace]));
  for (const key of ["command", "args"])
    for (const { table, path } of tablesWith(document.value, key)) {
      const command = valueAt(table, key);
      if (path.some((part) => /probe$|^exec$/i.test(String(part))) || !looksLikeService(command)) continue;
      addStart(outside, tree, "kubernetes", { command, evidence: document.evidence([...path, key]) });
    }
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"])
    for (const { table, path } of tablesWith(document.value, probe)) {
      const test = valueAt(table, probe, "exec", "command");
      addProbe(outside, "kubernetes", test, { evidence: document.evidence([...path, probe, "exec", "command"]) });
    }
}

/** A chart's template names it when it is installed. */
function nameOf(container: unknown): string {
  const name = textAt(container, "name") ?? "";
  return name.includes(TEMPLATED) ? "the chart's container" : name;
}

const TEMPLATED = "templated";

const withoutTemplates = (text: string): string =>
  text.replaceAll(/^[ \t]*\{\{-?[^}]*\}\}[ \t]*$/gm, "").replaceAll(/\{\{[^}]*\}\}/g, TEMPLATED);

/** Every table of a document that has a key, with its path. */
function* tablesWith(value: unknown, key: string, path: Path = []): Generator<{ table: unknown; path: Path }> {
  if (path.length > 20) return;
  if (isTable(value) && Object.hasOwn(value, key)) yield { table: value, path };
  for (const [name, child] of childrenOf(value)) yield* tablesWith(child, key, [...path, name]);
}

function readKubernetes(document: YamlDocument, tree: Tree, outside: Outside): void {
  for (const { table, path } of tablesWith(document.value, "initContainers"))
    for (const [index, container] of listAt(table, "initContainers").entries())
      addContainer(container, { document, tree, outside, path: [...path, "initContainers", index] });
  for (const { table, path } of tablesWith(document.value, "containers")) {
    const containers = listAt(table, "containers");
    const grace = valueAt(table, "terminationGracePeriodSeconds");
    // What the hook takes is not there for the service.
    const left = typeof grace === "number" ? Math.max(1, grace - preStopOfPod(containers)) : grace;
    const told: Told[] = [];
    for (const [index, container] of containers.entries()) {
      const here = [...path, "containers", index];
      const name = nameOf(container);
      const origin = originOf(container);
      const evidence = document.evidence(here);
      const start = addContainer(container, { document, tree, outside, path: here });
      const own = ownOf(start, valueAt(container, "command"));
      const terms = kubernetesTerms({ document, path: here, table: container, own }, table);
      outside.limits.push({ ...kubernetesLimits(container, table, { container: name, evidence, origin }), terms });
      told.push({ start, of: { origin, variables: Object.keys(terms.variables), ...own } });
      for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
        const test = valueAt(container, probe, "exec", "command");
        addProbe(outside, "kubernetes", test, {
          evidence: document.evidence([...here, probe, "exec", "command"]),
          origin,
        });
      }
    }
    const serving = told.filter(({ start }) => mayServe(start));
    if (serving.length > 0)
      addGrace(outside, left, document.evidence([...path, "terminationGracePeriodSeconds"]), serverAmong(told)?.of);
  }
}

/** What one container of a pod says that its grace period depends on. */
interface Told {
  readonly start: ReturnType<typeof addStart>;
  readonly of: NonNullable<Parameters<typeof addGrace>[3]>;
}

/** Beside others in one pod: the only one whose command is plainly a server's. */
function serverAmong(told: readonly Told[]): Told | undefined {
  if (told.length === 1) return told[0];
  const [only, ...others] = told.filter(({ start }) => start?.role === "web" && start.server !== "own");
  return others.length === 0 ? only : undefined;
}

interface Where {
  readonly document: YamlDocument;
  readonly tree: Tree;
  readonly outside: Outside;
  readonly path: Path;
}

function addContainer(container: unknown, { document, tree, outside, path }: Where): ReturnType<typeof addStart> {
  const [entrypoint, command] = [valueAt(container, "command"), valueAt(container, "args")];
  const key = entrypoint === undefined ? "args" : "command";
  const name = textAt(container, "name") ?? "";
  const evidence = document.evidence([...path, key]);
  const start = addStart(outside, tree, "kubernetes", {
    command,
    entrypoint,
    evidence,
    name,
    origin: originOf(container),
  });
  // A command that the chart's values give is known to be there, and no more.
  if (start?.argv.every((word) => word.includes(TEMPLATED)) === true) outside.starts.pop();
  return start;
}

/** A container without an image is a fragment: something else says what it runs. */
function originOf(container: unknown): ImageOrigin {
  const image = textAt(container, "image");
  return image === undefined ? {} : { image };
}
