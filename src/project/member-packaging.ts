import type { DependencyFacts, PackagingFacts } from "../model/types.ts";
import { type PackagingInput, readPackaging } from "./packaging.ts";
import { inProject } from "./project-folder.ts";
import { readPyproject } from "./pyproject.ts";

/**
 * Whether the service is an installed package or runs from its folder. Where members of a workspace stand for it, that is
 * what they say of themselves, together; the root is no part of it.
 */
export function packagingOf(
  input: PackagingInput & { readonly dependencies: Pick<DependencyFacts, "members"> },
): PackagingFacts {
  const read = (input.dependencies.members?.members ?? []).map((member) => {
    const folder = inProject(input.folder, member.path);
    return readPackaging({
      ...input,
      folder,
      pyproject: readPyproject(input.tree, [], `${folder}/pyproject.toml`),
      setup: { runtime: [], extras: {}, scripts: {} },
    });
  });
  const [first] = read;
  if (first === undefined) return readPackaging(input);
  const holding = (key: "readsOwnVersion" | "looksUpFromFile" | "versionFromGit") =>
    read.find((one) => one[key].value)?.[key] ?? first[key];
  return {
    ...first,
    kind: read.find(({ kind }) => kind.value === "package")?.kind ?? first.kind,
    importPackages: read.flatMap(({ importPackages }) => importPackages),
    metadataFiles: read.flatMap(({ metadataFiles }) => metadataFiles),
    readsOwnVersion: holding("readsOwnVersion"),
    looksUpFromFile: holding("looksUpFromFile"),
    versionFromGit: holding("versionFromGit"),
  };
}
