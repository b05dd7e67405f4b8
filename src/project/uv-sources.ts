import { posix } from "node:path";
import { readGlob } from "../dockerfile/glob.ts";
import type { Dependency, Dockerfile } from "../model/types.ts";
import { normalName, readRequirement } from "./requirement.ts";
import { isTable, readToml, tableAt, type Table, textAt, textsAt } from "./toml.ts";
import type { Tree } from "./tree.ts";

/** An address by the normalised name of a package. */
type Addresses = ReadonlyMap<string, string>;

/**
 * Where `[tool.uv.sources]` takes packages from, as PEP 508 writes an address: `git+https://…`, `./packages/lib`. Empty where
 * uv installs nothing, because pip does not read the table. An index is no address of a package.
 */
export function uvSources(tree: Tree, data: unknown, dockerfile: Dockerfile | undefined): Addresses {
  const sources = Object.entries(tableAt(data, "tool", "uv", "sources"));
  if (sources.length === 0 || (dockerfile !== undefined && !installsWithUv(dockerfile))) return new Map();
  const named = sources.flatMap(([name, written]) => {
    // Several are for several platforms, and only one without a condition is everybody's.
    const source = Array.isArray(written)
      ? written.find((one) => isTable(one) && one["marker"] === undefined)
      : written;
    const address = isTable(source) ? addressOf(source, normalName(name), tree, data) : undefined;
    return address === undefined ? [] : [[normalName(name), address] as const];
  });
  return new Map(named);
}

const installsWithUv = ({ stages }: Dockerfile): boolean =>
  stages.some(({ instructions }) =>
    instructions.some(({ keyword, args }) => keyword === "RUN" && /\buv\s+(?:\S+\s+)*?(?:sync|pip)\b/.test(args)),
  );

function addressOf(source: Table, name: string, tree: Tree, data: unknown): string | undefined {
  const [git, url, path] = ["git", "url", "path"].map((key) => textAt(source, key));
  if (git !== undefined) {
    const at = textAt(source, "rev") ?? textAt(source, "tag") ?? textAt(source, "branch");
    return `${git.startsWith("git+") ? "" : "git+"}${git}${at === undefined ? "" : `@${at}`}`;
  }
  if (url !== undefined) return url;
  if (path !== undefined) return path.startsWith("/") ? undefined : local(path);
  const member = source["workspace"] === true ? membersOf(tree, data).get(name) : undefined;
  return member === undefined ? undefined : local(member);
}

const plainPath = (path: string): string => posix.normalize(path).replace(/\/$/, "");

const local = (path: string): string => {
  const plain = plainPath(path);
  return plain.startsWith("..") ? plain : `./${plain}`;
};

/** The folders of a workspace's members by their normalised names, as its root's table finds them. */
export function membersOf(tree: Tree, data: unknown): ReadonlyMap<string, string> {
  const names = (key: string, folder: string) =>
    textsAt(data, "tool", "uv", "workspace", key).some(
      (one) => readGlob(plainPath(one), "match")?.matches(folder) === true,
    );
  return new Map(
    tree.files.flatMap((file) => {
      const folder = posix.dirname(file);
      if (!file.endsWith("/pyproject.toml") || !names("members", folder) || names("exclude", folder)) return [];
      const name = textAt(readToml(file, tree.read(file) ?? "", []).data, "project", "name");
      return name === undefined ? [] : [[normalName(name), folder]];
    }),
  );
}

/** Requirements with their addresses; one that has an address of its own, or none here, stays as it is. */
export const withSources = (dependencies: readonly Dependency[], sources: Addresses): readonly Dependency[] =>
  dependencies.map((one) => {
    const address = sources.get(one.name);
    const asked = address === undefined ? undefined : readRequirement(one.requirement);
    if (asked === undefined || asked.url !== undefined) return one;
    const extras = asked.extras.length === 0 ? "" : `[${asked.extras.join(",")}]`;
    const marker = asked.marker === "" ? "" : ` ; ${asked.marker}`;
    return { ...one, requirement: `${asked.name}${extras} @ ${address}${marker}` };
  });
