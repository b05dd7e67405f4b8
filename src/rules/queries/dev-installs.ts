import { isForDevelopment } from "../../project/development.ts";
import { groupsInstalled } from "../../project/installed.ts";
import type { RuleInput } from "../rule.ts";
import { type ProjectInstall, projectInstalls } from "./installers.ts";
import { flag, lineage, shippedStage, shippedSteps, stageNamed } from "./steps.ts";

/** A command that installs groups for development into what is shipped. */
export interface DevelopmentInstall {
  readonly install: ProjectInstall;
  readonly groups: readonly string[];
  /** What the groups list, normalised. */
  readonly names: readonly string[];
  /** Its stage is only copied from. */
  readonly copied: boolean;
}

/** Those of managers that are not uv, whose `sync` takes out again what an earlier one put in. */
export function developmentInstalls({ dockerfile, service }: RuleInput): readonly DevelopmentInstall[] {
  const shipped = shippedStage(dockerfile);
  if (shipped === undefined) return [];
  const own = new Set(lineage(dockerfile, shipped));
  const copied = new Set(
    shippedSteps(dockerfile).flatMap(({ instruction, stage }) => {
      const from = instruction.keyword === "COPY" ? flag(instruction, "from") : undefined;
      const source = from === undefined ? undefined : stageNamed(dockerfile, from, stage.index);
      const brings = instruction.words.slice(0, -1).some((word) => ENVIRONMENT.test(word));
      return source !== undefined && brings ? lineage(dockerfile, source) : [];
    }),
  );
  const { groups: known, installedGroups } = service.dependencies;
  return projectInstalls(dockerfile)
    .filter(({ manager, step }) => manager !== "uv" && (own.has(step.stage) || copied.has(step.stage)))
    .flatMap((install) => {
      const { command, step } = install;
      const groups = groupsInstalled(command.program, command.argv.slice(1), service.dependencies).filter(
        // Which groups poetry leaves out unasked, only the project's own files say.
        (group) => isForDevelopment(group) && installedGroups.includes(group) && (known[group] ?? []).length > 0,
      );
      const names = groups.flatMap((group) => (known[group] ?? []).map(({ name }) => name));
      return groups.length === 0 ? [] : [{ install, groups, names: [...new Set(names)], copied: !own.has(step.stage) }];
    });
}

/** Where environments and installed packages lie. */
const ENVIRONMENT = /venv|site-packages|^\/usr\/local\b|^\/opt\b|\.local\b|^\/install\b|^\/(?:app|code|src)?\/?$/;
