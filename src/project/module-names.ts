import type { Tree } from "./tree.ts";

/** Dotted names of Python files by their paths, from where the imports in them begin. */
export function moduleNames(tree: Tree, paths: readonly string[]): ReadonlyMap<string, string> {
  const withModules = new Set(paths.map((path) => path.slice(0, path.lastIndexOf("/") + 1)));
  const asRoot = new Map<string, boolean>();
  const isRoot = (folder: string): boolean => {
    const known = asRoot.get(folder) ?? (!withModules.has(folder) && !isImported(tree, paths, folder));
    asRoot.set(folder, known);
    return known;
  };
  const names = new Map(paths.map((path) => [path, nameOf(path, isRoot)]));
  // Two programs side by side have modules of the same names: then only the whole path tells them apart.
  const times = new Map<string, number>();
  for (const name of names.values()) times.set(name, (times.get(name) ?? 0) + 1);
  for (const [path, name] of names)
    if ((times.get(name) ?? 0) > 1)
      names.set(
        path,
        nameOf(path, () => false),
      );
  return names;
}

/** `src/shop/api.py` is `shop.api`, and so is `backend/shop/api.py` when nothing imports `backend`. */
function nameOf(path: string, isRoot: (folder: string) => boolean): string {
  const parts = path.replace(/\.py$/, "").split("/");
  if (parts[0] === "src" && parts.length > 2) parts.shift();
  let folder = path.slice(0, path.length - path.replace(/^src\//, "").length);
  while (parts.length > 2 && isRoot(`${folder}${parts[0]}/`)) folder += `${parts.shift()}/`;
  if (parts.at(-1) === "__init__") parts.pop();
  return parts.join(".");
}

/** Whether the code imports a folder by its name: `from backend.app import …`. */
function isImported(tree: Tree, paths: readonly string[], folder: string): boolean {
  const name = folder.slice(0, -1).split("/").at(-1) ?? "";
  return paths.some((path) => {
    const text = tree.read(path) ?? "";
    return text.includes(`from ${name}`) || text.includes(`import ${name}`);
  });
}
