import { overSsh } from "./git-address.ts";
import { type LockEntry, type LockReading, MAIN } from "./lock-reading.ts";
import { readRequirement } from "./requirement.ts";
import { pinnedVersion, type RequirementLine, readRequirementsFiles } from "./requirements-file.ts";
import type { Tree } from "./tree.ts";

/** Requirements files as a lock, when they pin everything: undefined otherwise, and what they name all the same. */
export function readRequirementsLock(
  files: readonly string[],
  tree: Tree,
): { readonly reading: LockReading; readonly isLock: boolean } {
  const { lines, constraints } = readRequirementsFiles(tree, files);
  const packages = lines.map((line) => lockEntry(line, constraints));
  const fromIndex = packages.filter(({ source }) => source === "registry");
  return {
    isLock: fromIndex.length > 0 && fromIndex.every(({ version }) => version !== ""),
    reading: {
      packages,
      requiresPython: undefined,
      registries: [],
      wishes: undefined,
      sections: [MAIN],
      tellsNeeds: false,
      installs: ({ section, roots, holds }) => {
        const named = new Set(roots.map(({ name }) => name));
        return new Set(
          packages.filter(({ name, marker }) => (section === MAIN || named.has(name)) && holds(marker) !== false),
        );
      },
    },
  };
}

function lockEntry(line: RequirementLine, constraints: ReadonlyMap<string, string>): LockEntry {
  const { name, source, path, requirement } = line;
  const marker = readRequirement(requirement)?.marker;
  return {
    name,
    version: line.version ?? pinnedVersion(requirement) ?? (source === "registry" ? (constraints.get(name) ?? "") : ""),
    source,
    ...(source === "git" ? overSsh(readRequirement(requirement)?.url) : {}),
    ...(path === undefined ? {} : { path }),
    ...(marker === undefined || marker === "" ? {} : { marker }),
    sdistOnly: false,
    dependencies: [],
  };
}
