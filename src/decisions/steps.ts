import { UserError } from "../kit/errors.ts";
import type { Choice, Decider, Facts } from "./decider.ts";
import { buildStepsToday } from "./shared/build-steps.ts";
import { configured, override } from "./shared/override.ts";
import { isLeftInPlace } from "./shared/project-install.ts";
import { list } from "./shared/say.ts";

interface Settled {
  readonly run: readonly string[];
  readonly makes: readonly string[];
}

/**
 * What the team says: a list of commands, or `run` with `makes`, the folders that they fill beside the copied ones.
 * @throws UserError `config/bad-value` for a folder outside the project.
 */
function asGiven(facts: Facts): Settled | undefined {
  const given = facts.overrides["steps"];
  if (given === undefined || given === null) return undefined;
  const run = Array.isArray(given) ? override(facts, "steps", "list") : override(facts, "steps.run", "list");
  const makes = Array.isArray(given) ? [] : override(facts, "steps.makes", "list");
  if (run?.some((text) => /[\r\n]/.test(text)) === true)
    throw new UserError("config/bad-value", "The configuration sets `steps` to a command of several lines", {
      hint: "Give each command as an entry of its own.",
    });
  const wrong = (makes ?? []).find((path) => !/^\w[\w./@-]*$/.test(path) || path.includes(".."));
  if (wrong !== undefined)
    throw new UserError("config/bad-value", `The configuration sets \`steps.makes\` to \`${wrong}\``, {
      hint: "Name folders or files below the working directory: `staticfiles`.",
    });
  return { run: run ?? [], makes: makes ?? [] };
}

/** Steps of today that are carried over by themselves: those of which it is known where they put what they make. */
function known(facts: Facts): Settled & { readonly evidence: readonly string[] } {
  const steps = buildStepsToday(facts.dockerfile, facts.service).filter(({ makes }) => makes !== undefined);
  const carried = isLeftInPlace(facts) ? steps : [];
  return {
    run: [...new Set(carried.map(({ text }) => text))],
    makes: [...new Set(carried.flatMap(({ makes }) => makes ?? []))],
    evidence: [...new Set(carried.map(({ place }) => place))],
  };
}

/** What today's build makes out of the service's files, so that the new image has it as well. */
export const steps: Decider = {
  id: "steps",
  title: "What the build makes",
  after: ["workdir", "sync", "copies", "environment"],
  resolves: [],
  decide(facts: Facts): Choice {
    const given = asGiven(facts);
    const found = given === undefined ? known(facts) : { ...given, evidence: [] };
    const { run, makes } = found;
    const commands = list(run.map((text) => `\`${text}\``));
    return {
      value: run.length === 0 ? {} : { steps: { run, makes } },
      choice: run.length === 0 ? "nothing beside the environment" : commands,
      because: [
        ...(given === undefined ? [] : [configured("steps")]),
        run.length === 0
          ? "No step of the build makes files out of the service's own that the image would need."
          : `${commands} ${run.length === 1 ? "makes" : "make"} what no tracked file holds${makes.length === 0 ? "" : ` (${list(makes.map((path) => `\`${path}\``))})`}; run in the builder, so that no start has to, and a read-only image has it.`,
      ].join(" "),
      evidence: found.evidence,
      rejected: [
        {
          option: "making it at each start",
          because: "every start would wait for it, and a read-only root refuses it",
        },
      ],
    };
  },
};
