import { isIn } from "../../kit/paths.ts";
import type { LayerEntry } from "../../engine/engine.ts";
import { type FinalTree, parent } from "./tree.ts";

/** Who may do what with the files of the final tree. */
export interface Modes {
  /** Programs that run with the rights of their owner or group, whoever starts them. */
  readonly setId: ReadonlyArray<{
    readonly path: string;
    readonly mode: string;
    readonly layer: number;
    readonly owner: string | undefined;
  }>;
  /** Files, and folders without the sticky bit, that every user of the container may write. */
  readonly forAll: readonly string[];
  /** Code that the service's own user may change, or replace: undefined when the user is root or unknown. */
  readonly codeWritable: (CodeFiles & { readonly uid: number }) | undefined;
  /** The part of it that lies in a volume of the image, which a read-only root leaves writable. */
  readonly codeInVolumes?: CodeFiles;
}

interface CodeFiles {
  readonly count: number;
  /** Those of them that it may not write, in a folder that it may: it can put another file in their place. */
  readonly replaceable?: number;
  readonly examples: readonly string[];
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

const PASSWD = "etc/passwd";
const MOST = 200;
/** Mount points of the engine, and what is made to be written by everybody. */
const NOT_OF_THE_IMAGE = /^(dev|proc|sys|run|tmp|var\/tmp)(\/|$)/;
const CODE = /\.(py|pyc|pyd|so[\d.]*|pth)$|(^|\/)(bin|sbin)\/[^/]+$/;

/** Reads the users' names while the layers go by, and the modes at the end. */
export class ModeSearch {
  #passwd = "";

  wants({ kind, path }: LayerEntry): boolean {
    return kind === "file" && path === PASSWD;
  }

  content(_: LayerEntry, bytes: Buffer): void {
    this.#passwd = bytes.toString("utf8");
  }

  found(
    tree: FinalTree,
    facts: {
      /** As the image's configuration says it: a name or a number, with a group or without. */
      readonly user: string;
      /** Folders that the contract gives the service to write. */
      readonly writable: readonly string[];
      /** Of the image's configuration. */
      readonly volumes: readonly string[];
      readonly owner: (path: string) => string | undefined;
    },
  ): Modes {
    const user = userOf(facts.user, this.#passwd);
    const entries = [...tree.entries()].filter(({ kind }) => MODED.has(kind));
    const ofTheImage = entries.filter(
      ({ path }) => !NOT_OF_THE_IMAGE.test(path) && !facts.writable.some((folder) => isBelow(path, folder)),
    );
    const setId = entries
      .filter(({ kind, mode }) => kind !== "directory" && (mode & 0o6000) !== 0 && (mode & 0o111) !== 0)
      .map(({ path, mode, layer }) => ({ path: `/${path}`, mode: mode.toString(8), layer, owner: facts.owner(path) }));
    const forAll = ofTheImage.filter(
      (entry) => mayAll(entry.mode) && !isLock(entry) && !(entry.kind === "directory" && (entry.mode & 0o1000) !== 0),
    );
    const known = user === undefined || user.uid === 0 ? undefined : user;
    const inVolumes = entries.filter(({ path }) => facts.volumes.some((folder) => isBelow(path, folder)));
    return {
      setId: setId.slice(0, MOST),
      forAll: forAll.slice(0, MOST).map(({ path }) => `/${path}`),
      codeWritable: known && { uid: known.uid, ...codeOf(known, ofTheImage, tree) },
      ...(known && { codeInVolumes: codeOf(known, inVolumes, tree) }),
    };
  }
}

function codeOf(user: User, entries: readonly LayerEntry[], tree: FinalTree): CodeFiles {
  const code = entries.filter((entry) => entry.kind !== "directory" && CODE.test(entry.path));
  const writable = code.filter((entry) => mayWrite(entry, user));
  const replaceable = code.filter((entry) => !mayWrite(entry, user) && mayReplace(entry.path, user, tree));
  const examples = [
    ...writable.map(({ path }) => `/${path}`),
    ...replaceable.map(({ path }) => `/${path} (in a folder that it may write)`),
  ];
  return { count: examples.length, replaceable: replaceable.length, examples: examples.slice(0, 5) };
}

/** Who may write a folder may rename what lies in it, a folder with all that is below it as well. */
function mayReplace(path: string, user: User, tree: FinalTree): boolean {
  for (let folder = parent(path); folder !== ""; folder = parent(folder)) {
    const entry = tree.get(folder);
    // With the sticky bit only the owner of a folder may move what others own in it.
    const sticky = entry !== undefined && (entry.mode & 0o1000) !== 0 && entry.uid !== user.uid;
    if (entry !== undefined && !sticky && mayWrite(entry, user)) return true;
  }
  return false;
}

const MODED: ReadonlySet<LayerEntry["kind"]> = new Set(["file", "directory", "hardlink"]);
/** An installer's lock file: it is there to be opened by everybody, and nothing is ever in it. */
const isLock = ({ path, bytes }: LayerEntry): boolean => bytes === 0 && path.endsWith(".lock");
const mayAll = (mode: number): boolean => (mode & 0o002) !== 0;
/** A layer names its paths without the slash in front. */
const isBelow = (path: string, folder: string): boolean => isIn(`/${path}`, folder);

/** Who owns a file may give itself the right to write it. */
function mayWrite({ mode, uid, gid }: LayerEntry, user: User): boolean {
  if (uid === user.uid) return true;
  return (gid === user.gid && (mode & 0o020) !== 0) || mayAll(mode);
}

/** Undefined when the name is in no list that the image brings. */
function userOf(configured: string, passwd: string): User | undefined {
  if (configured === "") return { uid: 0, gid: 0 };
  const [name = "", group] = configured.split(":");
  const line = passwd.split("\n").find((one) => {
    const [known, , uid] = one.split(":");
    return known === name || uid === name;
  });
  const [, , uid, gid] = line?.split(":") ?? [];
  const number = /^\d+$/.test(name) ? Number(name) : Number(uid ?? Number.NaN);
  if (Number.isNaN(number)) return undefined;
  return { uid: number, gid: group !== undefined && /^\d+$/.test(group) ? Number(group) : Number(gid ?? 0) };
}
