import { posix } from "node:path";
import { countWhile } from "../kit/bisect.ts";
import { isIn } from "../kit/paths.ts";
import type { Instruction } from "../model/types.ts";
import { flagIsOn, flagValue } from "./arguments.ts";
import { heredocName } from "./heredoc.ts";
import { clean, type Ignore, type IgnoreLine, ignoreOf, readIgnore } from "./ignore.ts";
import { readGlob } from "./glob.ts";
import { follow, type Link, type Links } from "./links.ts";

/** The build context a COPY takes from. */
export interface CopyContext {
  /** Every file of the context, relative to it, with `/`; folders are known by what lies in them. */
  readonly files: readonly string[];
  readonly ignore: Ignore;
  /** Links among the files; without them every file counts as one. */
  readonly links?: Links;
  /** Absolute; relative destinations are meant from here. `/` when nothing is known. */
  readonly workdir: string;
  /** Replaces variables in sources and the destination; without it they stay as written. */
  readonly expand?: (word: string) => string;
  /** Says that a path of the image is a folder already, so that `COPY a.txt /etc` puts the file into it. */
  readonly isFolder?: (path: string) => boolean;
}

interface CopiedFile {
  /** Relative to the context. */
  readonly source: string;
  /** Absolute path in the image. */
  readonly destination: string;
}

/** Why a source gives nothing. */
interface MissingSource {
  readonly source: string;
  /** `ignored`: the file is there, but a line of .dockerignore keeps it out. */
  readonly reason: "absent" | "ignored";
  /** The build fails; a pattern that matches nothing is only passed over. */
  readonly fatal: boolean;
  readonly ignoredBy: IgnoreLine | undefined;
  /** The link that leads to where nothing is. */
  readonly link?: Link;
}

export interface Copied {
  /** False for `--from=`, URLs and git sources alone: nothing of the context is copied. */
  readonly fromContext: boolean;
  readonly files: readonly CopiedFile[];
  readonly missing: readonly MissingSource[];
  /** Files below a source that .dockerignore keeps out. */
  readonly ignored: readonly string[];
  /** Sources that are no paths: URLs and git repositories of ADD. */
  readonly remote: readonly string[];
  /** Names of heredocs that become files. */
  readonly inline: readonly string[];
}

/** Resolves COPY and ADD (also inside ONBUILD) from the context to the exact set of files. */
export function copiedFiles(instruction: Instruction, context: CopyContext): Copied {
  const copy = instruction.keyword === "ONBUILD" && instruction.inner !== undefined ? instruction.inner : instruction;
  const none: Copied = { fromContext: false, files: [], missing: [], ignored: [], remote: [], inline: [] };
  const isCopy = copy.keyword === "COPY" || copy.keyword === "ADD";
  if (!isCopy || copy.words.length < 2 || flagValue(copy, "from") !== undefined) return none;
  const words = copy.words.map((word) => (heredocName(word) === undefined ? (context.expand?.(word) ?? word) : word));
  const sources = words.slice(0, -1);
  const inline = sources.map(heredocName).filter((name) => name !== undefined);
  const remote = sources.filter((source) => copy.keyword === "ADD" && isRemote(source));
  const paths = sources.filter((source) => heredocName(source) === undefined && !remote.includes(source));
  if (paths.length === 0) return { ...none, remote, inline };
  const excluded = ignoreOf(
    copy.flags.filter(({ name }) => name === "exclude").map(({ value }) => context.expand?.(value) ?? value),
  );
  const index = indexFiles(context);
  const target = targetOf(words.at(-1) ?? "", context);
  const found = paths.map((source) =>
    flagIsOn(copy, "parents")
      ? withParents(source, index, target, excluded)
      : plainSource(source, index, target, excluded),
  );
  return {
    fromContext: true,
    files: lastWins(found.flatMap(({ files }) => files)),
    missing: found.flatMap(({ missing }) => missing),
    ignored: [...new Set(found.flatMap(({ ignored }) => ignored))].toSorted(),
    remote,
    inline,
  };
}

const isRemote = (source: string): boolean => /^(?:https?|git|ssh):\/\/|^git@/.test(source);

/** Two sources for one destination: the later file stays. */
function lastWins(files: readonly CopiedFile[]): readonly CopiedFile[] {
  return [...new Map(files.map((file) => [file.destination, file])).values()];
}

interface Index {
  /** What the build sees, sorted. */
  readonly files: readonly string[];
  readonly fileSet: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  /** What is there but kept out. */
  readonly ignored: readonly string[];
  readonly ignore: Ignore;
  readonly links: Links;
}

const NO_LINKS: Links = {};

const indexes = new WeakMap<readonly string[], { readonly ignore: Ignore; readonly index: Index }>();

/** Sorting a large context into seen and ignored is done once per list of files. */
function indexFiles({ files, ignore, links = NO_LINKS }: CopyContext): Index {
  const known = indexes.get(files);
  if (known?.ignore === ignore) return known.index;
  const seen: string[] = [];
  const ignored: string[] = [];
  for (const file of files) (ignore.excludes(file) === undefined ? seen : ignored).push(file);
  const folders = new Set<string>([""]);
  for (const file of seen) {
    for (let slash = file.lastIndexOf("/"); slash > 0; slash = file.lastIndexOf("/", slash - 1)) {
      const folder = file.slice(0, slash);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  const index = { files: seen.toSorted(), fileSet: new Set(seen), folders, ignored: ignored.toSorted(), ignore, links };
  indexes.set(files, { ignore, index });
  return index;
}

interface Target {
  readonly path: string;
  /**
   * Written as a folder, known to be one, or made one by a source before: files go into it under their own names. Else
   * each file becomes the destination, and of several the last one stays.
   */
  isFolder: boolean;
}

function targetOf(written: string, context: CopyContext): Target {
  const path = posix.resolve("/", context.workdir, written);
  const isFolder =
    written === "" ||
    /(?:^|\/)\.{0,2}$/.test(written) ||
    path === "/" ||
    path === context.workdir ||
    context.isFolder?.(path) === true;
  return { path, isFolder };
}

interface Found {
  readonly files: readonly CopiedFile[];
  readonly missing: readonly MissingSource[];
  readonly ignored: readonly string[];
}

/** A source as the context names it: no leading slash, nothing above the context. */
const inContext = (source: string): string => clean(posix.join("/", source)).slice(1);

const isWild = (source: string): boolean => /[*?[\\]/.test(source);

function plainSource(source: string, index: Index, target: Target, excluded: Ignore): Found {
  const written = inContext(source);
  const wild = isWild(written);
  const { path = written, link } = wild ? { path: written, link: undefined } : follow(written, index.links);
  const matches = wild
    ? wildMatches(path, index)
    : [path].filter((name) => index.fileSet.has(name) || index.folders.has(name));
  if (matches.length === 0) return missingSource(source, path, index, link);
  const found = matches.map((match): Found => {
    if (!index.folders.has(match)) {
      // A file that a link leads to keeps the name of the link.
      const name = posix.basename(wild ? match : written);
      const destination = target.isFolder ? posix.join(target.path, name) : target.path;
      return { files: [{ source: match, destination }], missing: [], ignored: [] };
    }
    target.isFolder = true;
    // Of a folder only the content is copied; `--exclude` is meant from inside it.
    const files = below(index.files, match)
      .map((file) => ({ file, inside: match === "" ? file : file.slice(match.length + 1) }))
      .filter(({ inside }) => excluded.excludes(inside) === undefined)
      .map(({ file, inside }) => ({ source: file, destination: posix.join(target.path, inside) }));
    return { files, missing: [], ignored: below(index.ignored, match) };
  });
  return {
    files: found.flatMap(({ files }) => files),
    missing: [],
    ignored: found.flatMap(({ ignored }) => ignored),
  };
}

/** Files and folders whose whole path matches by Go's `filepath.Match`; a matched folder stands for all in it. */
function wildMatches(pattern: string, index: Index): readonly string[] {
  const glob = readGlob(pattern, "match");
  if (glob === undefined) return [];
  const folders = [...index.folders].filter((folder) => folder !== "" && glob.matches(folder)).toSorted();
  const covered = new Set(folders);
  const isCovered = (path: string): boolean => {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      if (covered.has(path.slice(0, slash))) return true;
    }
    return false;
  };
  const files = index.files.filter((file) => glob.matches(file));
  return [...folders, ...files].filter((path) => !isCovered(path)).toSorted();
}

/** `--parents`: the path is kept below the destination, from a `/./` in the source on; `**` is any depth. */
function withParents(source: string, index: Index, target: Target, excluded: Ignore): Found {
  const pivot = source.indexOf("/./");
  const root = pivot < 0 ? "" : inContext(source.slice(0, pivot));
  const pattern = inContext(pivot < 0 ? source : source.slice(pivot + 3));
  const wanted = pattern === "" ? undefined : readIgnore(pattern.startsWith("#") ? `./${pattern}` : pattern);
  const files = below(index.files, root)
    .map((file) => ({ file, inside: root === "" ? file : file.slice(root.length + 1) }))
    .filter(
      ({ inside }) =>
        (wanted === undefined || wanted.excludes(inside) !== undefined) && excluded.excludes(inside) === undefined,
    );
  if (files.length === 0) return missingSource(source, posix.join(root, pattern), index);
  return {
    files: files.map(({ file, inside }) => ({ source: file, destination: posix.join(target.path, inside) })),
    missing: [],
    ignored: below(index.ignored, posix.join(root, pattern)),
  };
}

function missingSource(source: string, path: string, index: Index, link?: Link): Found {
  const wild = isWild(path);
  const glob = wild ? readGlob(path, "match") : undefined;
  const kept = wild
    ? index.ignored.filter((file) => glob?.matches(file) === true)
    : index.ignored.filter((file) => isIn(file, path));
  const [first] = kept;
  const ignoredBy = first === undefined ? undefined : index.ignore.excludes(first);
  const reason = first === undefined ? "absent" : "ignored";
  const missing = { source, reason, fatal: !wild, ignoredBy, ...(link === undefined ? {} : { link }) } as const;
  return { files: [], missing: [missing], ignored: kept };
}

/** The part of a sorted list that lies in a folder. */
function below(sorted: readonly string[], folder: string): readonly string[] {
  if (folder === "") return sorted;
  // `0` is the letter behind `/`.
  return sorted.slice(
    countWhile(sorted, (file) => file < `${folder}/`),
    countWhile(sorted, (file) => file < `${folder}0`),
  );
}
