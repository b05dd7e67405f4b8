import type { Choice, Decider, Facts } from "./decider.ts";
import { configured, override } from "./shared/override.ts";
import { stageState } from "../dockerfile/stages.ts";
import { at, finalStage, instructionsToday } from "./shared/today.ts";

/** Kept from today, because Compose mounts, relative paths and runbooks know it. */
export const workdir: Decider = {
  id: "workdir",
  title: "Working directory",
  after: [],
  resolves: [],
  decide(facts: Facts): Choice {
    const chosen = override(facts, "workdir", "text");
    const today = instructionsToday(facts.dockerfile, "WORKDIR").at(-1);
    const stage = finalStage(facts.dockerfile);
    const path =
      stage === undefined || facts.dockerfile === undefined
        ? undefined
        : stageState(facts.dockerfile, stage).workdir?.value;
    const usable = path !== undefined && /^\/[\w./-]+$/.test(path) && path !== "/" && path !== "/root";
    const value = chosen ?? (usable ? path.replace(/\/$/, "") : "/app");
    return {
      value: { workdir: value },
      choice: `\`${value}\``,
      because: because(value, chosen, usable),
      evidence: usable && chosen === undefined ? at(facts.dockerfile, today) : [],
      rejected: [{ option: "another path", because: "mounts and relative paths of today would no longer fit" }],
    };
  },
};

function because(value: string, chosen: string | undefined, usable: boolean): string {
  if (chosen !== undefined) return configured("workdir");
  return usable
    ? `The code already runs in ${value}, and relative paths depend on it.`
    : `No usable working directory is set today; ${value} is the usual one.`;
}
