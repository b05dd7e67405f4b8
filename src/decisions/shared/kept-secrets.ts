import { type SecretMount, secretMounts, stepsThatMount } from "../../dockerfile/secret-mounts.ts";
import { commandsOfInstruction } from "../../dockerfile/shell.ts";
import type { Dockerfile, Instruction, SyncSpec } from "../../model/types.ts";

type KeptSecret = NonNullable<SyncSpec["secrets"]>[number];

const INSTALLER = /(?:^|\/)(?:uv|pip3?|poetry|pdm|pipenv|python3?)$/;

/** Secrets that today's install steps mount; the step that takes their place mounts them as well. */
export function keptSecrets(dockerfile: Dockerfile | undefined): readonly KeptSecret[] {
  const kept = mountsOf(dockerfile).filter(installs);
  return [...new Map(kept.map((mount) => [mount.written, secretOf(mount)])).values()];
}

/** Secrets of steps that the rework does not have. */
export const lostSecrets = (dockerfile: Dockerfile | undefined): readonly SecretMount[] =>
  mountsOf(dockerfile).filter((mount) => !installs(mount));

/** The company's CA is mounted by steps of our own. */
const mountsOf = (dockerfile: Dockerfile | undefined): readonly SecretMount[] =>
  dockerfile === undefined ? [] : secretMounts(dockerfile).filter(({ id }) => id !== "ca-bundle");

/** Steps that use the keys of an ssh agent, which the rework's build is not given. */
export const sshSteps = (
  dockerfile: Dockerfile | undefined,
): ReadonlyArray<{ readonly instruction: Instruction; readonly installs: boolean }> =>
  (dockerfile === undefined ? [] : stepsThatMount(dockerfile, "ssh")).map(({ instruction }) => ({
    instruction,
    installs: installs({ instruction }),
  }));

const installs = ({ instruction }: Pick<SecretMount, "instruction">): boolean =>
  commandsOfInstruction(instruction).some(
    ({ name, args }) => INSTALLER.test(name) && args.some((word) => word === "sync" || word === "install"),
  );

/** `NAME=$(cat /run/secrets/id)` before the installer, or exported: the variable that is made of the file. */
function secretOf({ id, written, path, instruction }: SecretMount): KeptSecret {
  if (path === undefined) return { id, written };
  const read = /\b([A-Za-z_]\w*)=["']?\$\((?:cat\s+|<\s*)["']?([^\s"')]+)["']?\)/g;
  const variable = [...instruction.args.matchAll(read)].find(([, , file]) => file === path)?.[1];
  return variable === undefined ? { id, written } : { id, written, variable, path };
}
