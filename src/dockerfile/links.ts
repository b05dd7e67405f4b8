import { posix } from "node:path";

/** Links of a build context: where each one leads, as written in it. */
export type Links = Readonly<Record<string, string>>;

/** A link on the way to a source. */
export interface Link {
  readonly path: string;
  readonly target: string;
}

export interface Followed {
  /** Where the path ends when every link on the way is followed; undefined for links that lead to themselves. */
  readonly path: string | undefined;
  /** The last link that was followed. */
  readonly link: Link | undefined;
}

/** As many as Linux follows. */
const MOST = 40;

/**
 * Follows the links on a path as BuildKit does for the source of a COPY: with the context as its root, so that `..`
 * above it and an absolute target stay inside.
 */
export function follow(path: string, links: Links): Followed {
  let link: Link | undefined;
  let left = path.split("/").filter(Boolean);
  let done = "";
  for (let count = 0; left.length > 0;) {
    const [name = "", ...rest] = left;
    const next = done === "" ? name : `${done}/${name}`;
    const target = Object.hasOwn(links, next) ? links[next] : undefined;
    if (target === undefined) {
      [done, left] = [next, rest];
      continue;
    }
    link = { path: next, target };
    if ((count += 1) > MOST) return { path: undefined, link };
    left = [...posix.resolve("/", done, target).split("/").filter(Boolean), ...rest];
    done = "";
  }
  return { path: done, link };
}

/** A relative target that leaves the context. An absolute one may be meant for the image. */
export const leadsOut = ({ path, target }: Link): boolean =>
  !target.startsWith("/") && /^\.\.(?:\/|$)/.test(posix.normalize(posix.join(posix.dirname(path), target)));
