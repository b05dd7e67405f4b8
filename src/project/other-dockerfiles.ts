import { posix } from "node:path";
import { beyondLimits } from "../dockerfile/limits.ts";
import { imageName } from "../dockerfile/image-name.ts";
import { commandsOfInstruction } from "../dockerfile/shell.ts";
import { lineOf, shippedStage, stageState } from "../dockerfile/stages.ts";
import type { Dockerfile } from "../model/types.ts";
import { asSeenFrom } from "./above.ts";
import { dockerfilesOf, isAside } from "./dockerfiles.ts";
import { composeBuild, isCompose } from "./outside-compose.ts";
import { parsedDockerfile } from "./parsed-dockerfile.ts";
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
  const dockerfile = parsedDockerfile(tree, file);
  if (dockerfile === undefined || beyondLimits(dockerfile) !== undefined || BY_US.test(dockerfile.text)) return false;
  return hasPythonBase(dockerfile) || installsPackages(dockerfile) || startsPython(dockerfile);
}

const shippedLine = (dockerfile: Dockerfile) => {
  const stage = shippedStage(dockerfile);
  return stage === undefined ? [] : lineOf(dockerfile, stage);
};

const hasPythonBase = (dockerfile: Dockerfile): boolean =>
  shippedLine(dockerfile).some(({ resolvedBase }) => /python|pypy|conda|^uv$/.test(imageName(resolvedBase).short));

const INSTALLS = /^(?:pip[\d.]*|uv|poetry|pdm|pipenv)$/;

const installsPackages = (dockerfile: Dockerfile): boolean =>
  shippedLine(dockerfile)
    .flatMap((stage) => stage.instructions.map((one) => ({ one, stage })))
    .filter(({ one }) => one.keyword === "RUN")
    .flatMap(({ one, stage }) => commandsOfInstruction(one, stage))
    .some(({ name }) => INSTALLS.test(posix.basename(name)));

const STARTS =
  /(?:^|[\s/"'[])(?:python[\d.]*|uvicorn|gunicorn|hypercorn|granian|daphne|celery|fastapi|flask|rq|arq|dramatiq|streamlit)(?:[\s"',\]]|$)/;

function startsPython(dockerfile: Dockerfile): boolean {
  const stage = shippedStage(dockerfile);
  if (stage === undefined) return false;
  const { command, entrypoint } = stageState(dockerfile, stage);
  return [command, entrypoint].some((line) => STARTS.test(line?.value.argv.join(" ") ?? ""));
}

/** What the Compose files build, those of the folders above too, seen from this folder. */
async function builtByCompose(tree: Tree): Promise<ReadonlySet<string>> {
  const texts = [
    ...tree.files.filter((file) => isCompose(file) && !isAside(file)).map((file) => [file, tree.read(file)] as const),
    ...[...(tree.above ?? [])].filter(([file]) => isCompose(file)),
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
