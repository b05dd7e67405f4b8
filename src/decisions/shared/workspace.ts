import { posix } from "node:path";
import { isIn } from "../../kit/paths.ts";
import type { SyncSpec, WorkspaceMember, WorkspaceSpec } from "../../model/types.ts";
import type { Facts } from "../decider.ts";
import { placedToday } from "./placed.ts";

/** How the members of a uv workspace come in, where the image has them in place of its root. */
export function workspaceSpec(
  { service, dockerfile }: Facts,
  project: SyncSpec["project"],
  workdir: string,
): WorkspaceSpec | undefined {
  const { manager, pip, dependencies } = service;
  const { members: use } = dependencies;
  if (use === undefined || manager.value !== "uv" || pip !== undefined) return undefined;
  const packages = project === "none" ? [] : use.members.filter((one) => one.package);
  const roots = placedToday(dockerfile, service, workdir)
    .filter(({ from }) => from === "" || MANIFEST.test(from))
    .map(({ from, to }) => (from === "" ? to : posix.dirname(to)));
  return {
    root: roots.findLast((folder) => isIn(workdir, folder)) ?? workdir,
    asked: use.asked,
    packages: packages.map(({ name, path }) => ({ name, path })),
  };
}

const MANIFEST = /^(?:pyproject\.toml|uv\.lock)$/;

/** Members whose code lies in the image as it lies in the repository: nothing of it is in the environment. */
export function membersInPlace({ service }: Facts, sync: SyncSpec | undefined): readonly WorkspaceMember[] {
  const { members } = service.dependencies;
  if (members === undefined || sync?.workspace === undefined) return [];
  return members.members.filter((one) => sync.project !== "no-editable" || !one.package);
}
