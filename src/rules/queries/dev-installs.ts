import { posix } from "node:path";
import { isForDevelopment } from "../../project/development.ts";
import { extrasOf, filledCall, groupsInstalled } from "../../project/installed.ts";
import type { Service } from "../../model/types.ts";
import { type ToolCall, toolCall } from "../../project/install-command.ts";
import type { RuleInput } from "../rule.ts";
import type { Command } from "./commands.ts";
import { type Install, projectInstalls, pythonInstalls } from "./installs.ts";
import { isShipped, shippingStages } from "./shipping.ts";
import { reachable, type Step } from "./steps.ts";
import { runCommands } from "./uv.ts";

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

/** A list of packages that is written from the lock with development's among them, and that pip then installs. */
export interface DevelopmentExport {
  readonly step: Step;
  readonly command: Command;
  readonly groups: readonly string[];
  readonly names: readonly string[];
}

/** `uv export` names the group dev unless it is told otherwise, `poetry export` only when it is told. */
export function developmentExports(input: RuleInput): readonly DevelopmentExport[] {
  const { dependencies } = input.service;
  return reachable(input.dockerfile).flatMap((stage) =>
    runCommands(stage).flatMap(({ step, command }, index, all) => {
      const call = toolCall(command.argv);
      if (call?.verb !== "export" || command.argv.some((word) => word.startsWith("$"))) return [];
      const groups = groupsInstalled(call, dependencies).filter(
        (group) => isForDevelopment(group) && (dependencies.groups[group] ?? []).length > 0,
      );
      if (groups.length === 0 || !isInstalled(input, command, all[index + 1]?.command)) return [];
      const names = groups.flatMap((group) => (dependencies.groups[group] ?? []).map(({ name }) => name));
      return [{ step, command, groups, names: [...new Set(names)] }];
    }),
  );
}

/** Its list is what a later installation into the image takes: piped into it, or by the name of its file. */
function isInstalled(input: RuleInput, { argv, outputs = [] }: Command, next: Command | undefined): boolean {
  const option = argv.findIndex((word) => /^(?:-o|--output-file|--output)$/.test(word));
  const joined = argv.find((word) => /^--output(?:-file)?=/.test(word))?.replace(/^[^=]*=/, "");
  const file = joined ?? (option < 0 ? outputs[0] : argv[option + 1]);
  const shipped = pythonInstalls(input.dockerfile).filter((install) => isShipped(input, install));
  if (file === undefined) return next?.connection === "|" && shipped.some(({ command }) => command === next);
  return shipped.some(({ items }) => items.files.some((each) => posix.basename(each) === posix.basename(file)));
}
