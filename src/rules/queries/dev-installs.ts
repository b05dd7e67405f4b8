import { isForDevelopment } from "../../project/development.ts";
import { extrasOf, filledCall, groupsInstalled } from "../../project/installed.ts";
import type { Service } from "../../model/types.ts";
import type { ToolCall } from "../../project/install-command.ts";
import type { RuleInput } from "../rule.ts";
import { type Install, projectInstalls } from "./installs.ts";
import { isShipped, shippingStages } from "./shipping.ts";

/** A command that installs groups or extras for development into what is shipped. */
export interface DevelopmentInstall {
  readonly install: Install;
  readonly groups: readonly string[];
  readonly extras: readonly string[];
  /** What these list, normalised. */
  readonly names: readonly string[];
  /** Its stage is only copied from, or a variable of the build says what is installed. */
  readonly open: boolean;
}

/** Those of managers that are not uv, whose `sync` takes out again what an earlier one put in. */
export function developmentInstalls(input: RuleInput): readonly DevelopmentInstall[] {
  const { dockerfile, service } = input;
  const { own } = shippingStages(input);
  const { groups: known, extras, installedGroups } = service.dependencies;
  return projectInstalls(dockerfile)
    .filter((install) => install.tool !== "uv" && isShipped(input, install))
    .flatMap((install) => {
      const call = filledCall(install.call, { dockerfile, ...install.step });
      const groups = groupsInstalled(call, service.dependencies).filter(
        // Which groups poetry leaves out unasked, only the project's own files say.
        (group) => isForDevelopment(group) && installedGroups.includes(group) && (known[group] ?? []).length > 0,
      );
      const also = developmentExtras(call, service);
      const asked = [...groups.map((group) => known[group] ?? []), ...also.map((extra) => extras[extra] ?? [])];
      const names = asked.flatMap((list) => list.map(({ name }) => name));
      // A build may be given another value.
      const open = !own.has(install.step.stage) || call !== install.call;
      return asked.length === 0 ? [] : [{ install, groups, extras: also, names: [...new Set(names)], open }];
    });
}

/** Extras that are for development by their name: `pip install .[dev]`, `uv sync --all-extras`. */
export const developmentExtras = (call: ToolCall, { dependencies }: Service): readonly string[] =>
  [...new Set(extrasOf(call, dependencies))].filter(
    (extra) => FOR_DEVELOPMENT.test(extra) && (dependencies.extras[extra] ?? []).length > 0,
  );

/** Of an extra that is called `build` or `local`, users may be meant. */
const FOR_DEVELOPMENT = /^(?:dev|develop|development|tests?|testing|lint|linting|docs?|typing)$/;
