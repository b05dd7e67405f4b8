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
  const member = source["workspace"] === true ? memberNamed(name, tree, data) : undefined;
  return member === undefined ? undefined : local(member);
}

const plainPath = (path: string): string => posix.normalize(path).replace(/\/$/, "");

const local = (path: string): string => {
  const plain = plainPath(path);
  return plain.startsWith("..") ? plain : `./${plain}`;
};

/** The folder of the workspace's member with that normalised name, by the root's table. */
export function memberNamed(name: string, tree: Tree, data: unknown): string | undefined {
  const members = textsAt(data, "tool", "uv", "workspace", "members").flatMap(
    (pattern) => readGlob(plainPath(pattern), "match") ?? [],
  );
  return tree.files
    .filter((file) => file.endsWith("/pyproject.toml"))
    .map((file) => posix.dirname(file))
    .filter((folder) => members.some(({ matches }) => matches(folder)))
    .find((folder) => {
      const file = `${folder}/pyproject.toml`;
      const own = textAt(readToml(file, tree.read(file) ?? "", []).data, "project", "name");
      return own !== undefined && normalName(own) === name;
    });
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
