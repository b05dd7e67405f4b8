import { posix } from "node:path";
import { asSeenFrom } from "./above.ts";
import { dockerfilesOf, isAside } from "./dockerfiles.ts";
import { composeBuild, isCompose, isNamedCompose } from "./outside-compose.ts";
import { judgeableDockerfile } from "./parsed-dockerfile.ts";
import { makesPython } from "./python-image.ts";
import { tableAt, valueAt } from "./toml.ts";
import type { Tree } from "./tree.ts";
import { readYaml, type YamlDocument } from "./yaml-file.ts";

/** Folders whose images nobody of this team ships, and names of templates and copies. */
const NOT_SHIPPED =
  /(?:^|\/)(?:[^/]*\{\{[^/]*|templates?|cookiecutter[^/]*|vendor|third[_-]party|legacy|archived?|deprecated|old|sandbox|playground|e2e|integration[^/]*|[^/]+[-_]tests?|tutorials?|notebooks?)\/|\.(?:jinja2?|j2|tmpl|tpl|template|in|md|bak|backup|before|orig|old|sample|example)$/i;

/** Our own header may be broken anywhere. */
const BY_US = /written[\s#]+by[\s#]+seaworthy[\s#]+from/;

/**
 * Dockerfiles beside the first one that make an image of a Python service, too. Only what plainly does: not those to
 * develop or test in, nor an image without Python, nor one that Compose passes over while it builds the first.
 */
export async function otherDockerfiles(tree: Tree): Promise<readonly string[]> {
  const [first, ...rest] = dockerfilesOf(tree);
  const others = rest.filter((file) => !isAside(file) && !NOT_SHIPPED.test(file) && shipsPython(tree, file));
  if (first === undefined || others.length === 0) return [];
  const built = await builtByCompose(tree);
  return built.has(first) ? others.filter((file) => built.has(file)) : others;
}

function shipsPython(tree: Tree, file: string): boolean {
  const dockerfile = judgeableDockerfile(tree, file);
  return dockerfile !== undefined && !BY_US.test(dockerfile.text) && makesPython(dockerfile);
}

/** What the Compose files build, those of the folders above too, seen from this folder. */
async function builtByCompose(tree: Tree): Promise<ReadonlySet<string>> {
  const texts = [
    ...tree.files
      .filter((file) => isCompose(tree, file) && !isAside(file))
      .map((file) => [file, tree.read(file)] as const),
    ...[...(tree.above ?? [])].filter(([file]) => isNamedCompose(file)),
  ];
  const documents = await Promise.all(texts.map(([file, text = ""]) => readYaml(file, text, [])));
  return new Set(documents.flat().flatMap((document) => builtBy(document, tree.root)));
}

function builtBy({ value, source: { file } }: YamlDocument, root: string): readonly string[] {
  const named = Object.values(tableAt(value, "services")).flatMap(
    (service) => composeBuild(valueAt(service, "build"), posix.dirname(file))?.dockerfile ?? [],
  );
  return file.startsWith("../") ? named.map((path) => asSeenFrom(root, path)) : named;
}
