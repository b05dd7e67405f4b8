import type { Facts } from "../decisions/decider.ts";
import { type BuildStep, buildStepsToday } from "../decisions/shared/build-steps.ts";
import { isLeftInPlace } from "../decisions/shared/project-install.ts";
import { list } from "../decisions/shared/say.ts";
import type { Refusal } from "../model/types.ts";
import { refusal } from "./refusal-kinds.ts";

/** Catalogues of messages, styles, models: made while today's image is built, and in no file of the project. */
export function* stepRefusals(facts: Facts): Generator<Refusal> {
  const { dockerfile, service, findings } = facts;
  if (facts.overrides["steps"] !== undefined && facts.overrides["steps"] !== null) return;
  const carries = isLeftInPlace(facts);
  // What a `make` installs is found by a rule of its own, and comes from the lock.
  const behindMake = new Set(
    findings.filter(({ rule }) => rule === "install-behind-make").map(({ where }) => `${where?.file}:${where?.line}`),
  );
  const unsettled = buildStepsToday(dockerfile, service).filter(
    ({ makes, place }) => (makes === undefined || !carries) && !behindMake.has(place),
  );
  if (unsettled.length === 0) return;
  const runsPython = ({ text }: BuildStep) =>
    /^[\w=./ -]{1,60}$/.test(text) && /\b(?:python|flask|manage\.py)/.test(text);
  const example = unsettled.find(runsPython)?.text ?? "python manage.py collectstatic --noinput";
  yield refusal("build-step", {
    what: `Today's build runs ${list(unsettled.map((step) => shownStep(step)))}`,
    instead: `Set \`steps\` under \`decisions\`: \`[]\` when the image does without, or what the builder shall run, with the folders that it fills outside the copied ones: \`steps: { run: ["${example}"], makes: [folder] }\`. What needs another language is built before, and committed or copied in by CI.`,
  });
}

const shownStep = ({ text, place }: BuildStep): string =>
  `\`${text.length > 70 ? `${text.slice(0, 67)}…` : text}\` (${place})`;
