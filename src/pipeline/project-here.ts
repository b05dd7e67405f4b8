import { posix } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { Image } from "../model/types.ts";
import { applicationPlaces } from "../probes/support/bytecode.ts";
import type { Tree } from "../project/tree.ts";
import type { Session } from "./session.ts";

/** What makes a folder a service's, and lies at the top of a home or of /tmp only by chance. A `.py` alone does not. */
const MARK =
  /^(?:pyproject\.toml|setup\.(?:py|cfg)|Pipfile|pylock(?:\.[^./]+)?\.toml|[^/]*requirements[^/]*\.(?:txt|in)|(?:Dockerfile|Containerfile)[^/]*|[^/]+\.Dockerfile|seaworthy\.yaml)$/i;

/** Whether a service lies in a folder, and not only files somewhere below it. In a repository nothing lies by chance. */
export const isProjectHere = ({ files, git }: Pick<Tree, "files" | "git">): boolean =>
  files.some((file) => MARK.test(git.repository ? posix.basename(file) : file));

/**
 * An existing image is judged by what its service's files say. Files of a folder that nothing ties to it say something
 * about other programs, and would lend it their routes and variables: then it is judged by itself.
 */
export async function forImage(session: Session, engine: Engine, name: string): Promise<Session> {
  const { tree, world } = session;
  if (isProjectHere(tree)) return session;
  if (ownSources(tree).length > 0) {
    const image = await engine.ensure(name);
    await using files = await engine.openFiles(image.id);
    if (await holdsSourceOf(tree, image, (path) => files.read(path))) return session;
    world.tell(
      `${name} is judged by itself: this folder has no Dockerfile and no manifest such as pyproject.toml, and the image holds none of its Python files.`,
    );
  }
  return { ...session, tree: { ...tree, files: [], read: () => undefined } };
}

/** As many files as tell, those next to the top first. */
const MOST_SOURCES = 20;

function ownSources({ files }: Pick<Tree, "files">): readonly string[] {
  const depth = (path: string): number => path.split("/").length;
  return files
    .filter((path) => path.endsWith(".py") && posix.basename(path) !== "__init__.py")
    .toSorted((one, other) => depth(one) - depth(other))
    .slice(0, MOST_SOURCES);
}

/** Whether the image has one of the folder's Python files, as it lies here, where its command looks for them. */
export async function holdsSourceOf(
  tree: Pick<Tree, "files" | "read">,
  { config }: Pick<Image, "config">,
  read: (path: string) => Promise<Buffer | undefined>,
): Promise<boolean> {
  const folders = foldersOf(config);
  for (const path of ownSources(tree)) {
    const here = tree.read(path);
    if (here === undefined || here.trim() === "") continue;
    for (const place of folders.flatMap((folder) => endsOf(path).map((end) => posix.join(folder, end))))
      if ((await read(place))?.equals(Buffer.from(here)) === true) return true;
  }
  return false;
}

/** Where its own code lies; the top of the image too, where that is its working folder or a script of its command lies there. */
function foldersOf(config: Image["config"]): readonly string[] {
  const { folders, mains } = applicationPlaces(config);
  const all = [config.workdir, ...folders, ...mains.map((script) => posix.dirname(script))];
  return [...new Set(all.map((folder) => posix.resolve("/", folder)))];
}

/** `backend/app/main.py` may lie in an image as that, as `app/main.py` or as `main.py`. */
const endsOf = (path: string): readonly string[] =>
  path.split("/").map((_, index, parts) => parts.slice(index).join("/"));
