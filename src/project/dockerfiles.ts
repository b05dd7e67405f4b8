import { posix } from "node:path";
import type { Dockerfile } from "../model/types.ts";
import { judgeableDockerfile } from "./parsed-dockerfile.ts";
import { makesOther, makesPython } from "./python-image.ts";
import type { Tree } from "./tree.ts";

/** Folders, and parts of names, whose Dockerfiles make other images than the service's: a place to develop in, an example, a second program. */
const ASIDE =
  /(?:^|\/)(?:\.[^/]+|dev|devel|development|demo|base|contrib|mock[\w-]*|stubs?|fixtures?|tests?|docs?|examples?|samples?|evals?|benchmarks?|scripts|tools|node_modules|[^/]*frontend|[^/]*-ui|ui)\//;

const ASIDE_BY_NAME = /(?:^|[.-])(?:dev|development|local|debug|tests?|ci|base|builder|docs)(?:[.-]|$)/i;

/** Of several Dockerfiles side by side, the one that most images are made with. */
const USUAL = /^(?:Dockerfile|Containerfile)$|(?:^|[.-])(?:default|prod|production|dist|release|main)(?:[.-]|$)/i;

/** Whether a Dockerfile makes, by its place or its name, another image than one that ships. */
export const isAside = (file: string): boolean => ASIDE.test(file) || ASIDE_BY_NAME.test(posix.basename(file));

/**
 * Dockerfiles of the folder: the one asked for, then `Dockerfile`, then those that are not aside, by depth and name; one of
 * Python before them where the first is plainly of something else.
 */
export function dockerfilesOf(tree: Tree, wanted?: string): readonly string[] {
  const found = tree.files.filter(
    (file) =>
      // `docker build` takes the small letter where there is no other.
      (file === "dockerfile" || /(?:^|\/)(?:Dockerfile|Containerfile)(?:[.-][\w.-]+)?$|\.[Dd]ockerfile$/.test(file)) &&
      !file.endsWith(".dockerignore"),
  );
  const rank = (file: string) =>
    [
      file === wanted ? 0 : 1,
      file === "Dockerfile" ? 0 : 1,
      file === "dockerfile" ? 0 : 1,
      ASIDE.test(file) ? 1 : 0,
      ASIDE_BY_NAME.test(posix.basename(file)) ? 1 : 0,
      USUAL.test(posix.basename(file)) ? 0 : 1,
      /(?:^|\/)(?:prod|production|release)\//.test(file) ? 0 : 1,
      file.split("/").length,
      file,
    ] as const;
  const sorted = found.toSorted((a, b) => compare(rank(a), rank(b)));
  if (wanted === undefined) return pythonFirst(tree, sorted);
  return sorted[0] === wanted || tree.read(wanted) === undefined ? sorted : [wanted, ...sorted];
}

/**
 * Where the first plainly makes something else, such as a front end, the first that makes an image of Python goes before
 * it. Below the folder, where `compose/production` has one for the backups and one for the service, it need not be plain.
 */
function pythonFirst(tree: Tree, sorted: readonly string[]): readonly string[] {
  const [first, ...rest] = sorted;
  if (first === undefined || rest.length === 0) return sorted;
  const isOther = first.includes("/") ? !makes(tree, first, makesPython) : makes(tree, first, makesOther);
  if (!isOther) return sorted;
  const python = rest.find((file) => !isAside(file) && makes(tree, file, makesPython));
  return python === undefined ? sorted : [python, ...sorted.filter((file) => file !== python)];
}

function makes(tree: Tree, file: string, what: (dockerfile: Dockerfile) => boolean): boolean {
  const dockerfile = judgeableDockerfile(tree, file);
  return dockerfile !== undefined && what(dockerfile);
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  if (at < 0) return 0;
  return (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
}
