import type { Choice, Decider, Draft, Facts } from "../decisions/decider.ts";
import { decisions } from "../decisions/index.gen.ts";
import { UserError } from "../kit/errors.ts";
import type { Decision, ImageSpec, Plan } from "../model/types.ts";
import { makeContract } from "./contract.ts";
import { inOrder } from "./order.ts";
import { refusalsOf } from "./refusals.ts";

/** A decider's choice as the report shows it. It claims only those findings that are there. */
function recorded(decider: Decider, choice: Choice, facts: Facts): Decision {
  const found = new Set(facts.findings.map((finding) => finding.rule));
  return {
    id: decider.id,
    title: decider.title,
    choice: choice.choice,
    because: choice.because,
    evidence: [...new Set(choice.evidence)],
    rejected: choice.rejected,
    resolves: decider.resolves.filter((rule) => found.has(rule) && choice.leaves?.includes(rule) !== true),
  };
}

/** Parts that every image has; the others may be left out by a decision. */
const PARTS = [
  ...(["dockerfile", "context", "dockerignore", "base", "uv", "sync", "bytecode", "packages", "user"] as const),
  ...(["workdir", "copies", "env", "command", "ports", "volumes", "labels"] as const),
] satisfies ReadonlyArray<keyof ImageSpec>;

function complete(draft: Draft): ImageSpec {
  const missing = PARTS.filter((part) => draft[part] === undefined);
  if (missing.length > 0) throw new Error(`No decider settled ${missing.join(", ")}`);
  return { entrypoint: undefined, stopSignal: undefined, health: undefined, ...draft } as ImageSpec;
}

/** Settings beside the decisions that the configuration hands over with them. */
const SETTINGS = ["env", "keep", "kind", "limits", "output", "sidecars"] as const;

export const isPythonProject = ({ files }: Pick<Facts["service"], "files">): boolean =>
  files.some((file) => file.endsWith(".py") || file === "pyproject.toml");

/** @throws UserError `plan/no-project`. */
export function mustBePython(service: Pick<Facts["service"], "files">, folder = "this folder"): void {
  if (isPythonProject(service)) return;
  throw new UserError("plan/no-project", `There is no Python project in ${folder}`, {
    hint: "Give the folder that holds the service's pyproject.toml, or its Python files.",
  });
}

/** A misspelt decision would otherwise be ignored without a word. */
export function checkOverrides({ overrides }: Facts, deciders: readonly Decider[] = decisions): void {
  const known = [...deciders.map((decider) => decider.id), ...SETTINGS].toSorted();
  const unknown = Object.keys(overrides).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UserError("config/unknown-decision", `There is no decision \`${unknown}\``, {
      hint: `Known: ${known.join(", ")}.`,
    });
}

/**
 * Settles every question of the image, with reasons. Pure: the same facts give the same plan.
 * A refusal with `blocking` means that the service must not be reworked until it is settled.
 * @throws UserError `plan/no-project` when the folder holds no Python project; `config/bad-value`,
 *         `config/unknown-decision` and `config/output-kept` for what the configuration says.
 */
export function makePlan(facts: Facts, deciders: readonly Decider[] = decisions): Plan {
  const { service, profile } = facts;
  mustBePython(service);
  checkOverrides(facts, deciders);
  const draft: Draft = {};
  const made: Decision[] = [];
  for (const decider of inOrder(deciders)) {
    const choice = decider.decide(facts, draft);
    Object.assign(draft, choice.value);
    made.push(recorded(decider, choice, facts));
  }
  const image = complete(draft);
  return {
    profile: profile.id,
    decisions: made,
    refusals: refusalsOf(facts, image),
    image,
    contract: makeContract(facts, image),
  };
}
