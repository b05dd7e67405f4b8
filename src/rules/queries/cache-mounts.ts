import type { Dockerfile } from "../../model/types.ts";
import { absolute, situationAt } from "./settings.ts";
import { mountsOf, type Step } from "./steps.ts";

/** Folders that a step's cache and tmpfs mounts keep out of the layer, with the variables of the stage filled in. */
export function cacheMountsOf(dockerfile: Dockerfile, { stage, instruction }: Step): readonly string[] {
  const mounts = mountsOf(instruction).filter(({ type }) => type === "cache" || type === "tmpfs");
  if (mounts.length === 0) return [];
  const { workdir, env } = situationAt(dockerfile, stage, instruction);
  return mounts.map(({ target = "/" }) => {
    const plain = target.replaceAll(/^["']|["']$/g, "");
    return absolute(
      workdir,
      plain.replaceAll(/\$\{?(\w+)\}?/g, (all, name: string) => env.get(name)?.value ?? all),
    );
  });
}
