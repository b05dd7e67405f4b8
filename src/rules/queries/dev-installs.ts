import { isForDevelopment } from "../../project/development.ts";
import { groupsInstalled } from "../../project/installed.ts";
import type { RuleInput } from "../rule.ts";
import { type Install, projectInstalls } from "./installs.ts";
import { isShipped, shippingStages } from "./shipping.ts";

/** A command that installs groups for development into what is shipped. */
export interface DevelopmentInstall {
  readonly install: Install;
  readonly groups: readonly string[];
  /** What the groups list, normalised. */
  readonly names: readonly string[];
  /** Its stage is only copied from. */
  readonly copied: boolean;
}

/** Those of managers that are not uv, whose `sync` takes out again what an earlier one put in. */
export function developmentInstalls(input: RuleInput): readonly DevelopmentInstall[] {
  const { dockerfile, service } = input;
  const { own } = shippingStages(input);
  const { groups: known, installedGroups } = service.dependencies;
  return projectInstalls(dockerfile)
    .filter((install) => install.tool !== "uv" && isShipped(input, install))
    .flatMap((install) => {
      const groups = groupsInstalled(install.call, service.dependencies).filter(
        // Which groups poetry leaves out unasked, only the project's own files say.
        (group) => isForDevelopment(group) && installedGroups.includes(group) && (known[group] ?? []).length > 0,
      );
      const names = groups.flatMap((group) => (known[group] ?? []).map(({ name }) => name));
      const copied = !own.has(install.step.stage);
      return groups.length === 0 ? [] : [{ install, groups, names: [...new Set(names)], copied }];
    });
}
