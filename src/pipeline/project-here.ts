import type { Tree } from "../project/tree.ts";
import type { Session } from "./session.ts";

/** What lies at the top of a service's folder, and at the top of a home or of /tmp only by chance. */
const MARK =
  /^(?:pyproject\.toml|setup\.(?:py|cfg)|Pipfile|pylock(?:\.[^./]+)?\.toml|[^/]*requirements[^/]*\.(?:txt|in)|(?:Dockerfile|Containerfile)[^/]*|[^/]+\.py|seaworthy\.yaml)$/;

/** Whether a service lies in a folder, and not only files somewhere below it. */
export const isProjectHere = ({ files, git }: Pick<Tree, "files" | "git">): boolean =>
  git.repository || files.some((file) => MARK.test(file));

/**
 * An existing image is judged by what its service's files say. Files that only lie below the folder one happens to be in
 * say something about other programs: then it is judged by itself.
 */
export function withoutStrayFiles(session: Session): Session {
  const { tree } = session;
  return isProjectHere(tree) ? session : { ...session, tree: { ...tree, files: [], read: () => undefined } };
}
