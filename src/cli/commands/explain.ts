import type { CommandContext } from "@stricli/core";
import { checks } from "../../checks/index.gen.ts";
import { UserError } from "../../kit/errors.ts";
import { didYouMean } from "../../kit/nearest.ts";
import { elsewhere } from "../../policy/elsewhere.ts";
import { plainId, rulesNamed } from "../../policy/rule-ids.ts";
import { type OwnFinding, ownFindings } from "../../policy/own-findings.ts";
import type { Rule } from "../../rules/rule.ts";
import { rules } from "../../rules/index.gen.ts";
import { type Explained, inDecisions, inRefusals, planNames } from "../explain-plan.ts";
import { print, printJson } from "../output.ts";
import { paragraph } from "../paragraph.ts";

const own: readonly OwnFinding[] = Object.values(ownFindings);

export default async function explain(
  this: CommandContext,
  flags: { readonly json: boolean },
  id: string,
): Promise<void> {
  const wanted = plainId(id);
  const explained = [
    ...inRules(wanted),
    ...inOwn(wanted),
    ...inChecks(wanted),
    ...(await inDecisions(wanted)),
    ...inRefusals(wanted),
  ];
  const found = explained.length > 0 ? explained : inOthers(id);
  if (found.length === 0)
    throw new UserError(
      "explain/unknown",
      `There is no rule, check, decision or refusal \`${id}\`${didYouMean(wanted, names())}`,
      {
        hint: "docs/rules.md, docs/checks.md and docs/decisions.md list them all; ids of other linters are understood too.",
      },
    );
  const [first, ...others] = found.map(({ data }) => data);
  if (flags.json) printJson(this, others.length > 0 ? [first, ...others] : first);
  else print(this, found.map(({ text }) => text.split("\n").map(atTerminal).join("\n")).join("\n\n"));
}

/** Each line is a paragraph, further in where it begins so. */
function atTerminal(line: string): string {
  const text = line.trimStart();
  return paragraph(text, line.slice(0, line.length - text.length));
}

function inRules(wanted: string): readonly Explained[] {
  const named = rulesNamed(wanted, rules);
  return rules
    .filter(({ id }) => named.includes(id))
    .map((rule) => ({ data: { ...rule, numbers: undefined }, text: ruleText(rule) }));
}

const inOwn = (wanted: string): readonly Explained[] =>
  own.filter(({ id }) => id === wanted).map((one) => ({ data: one, text: headText(one) }));

const inChecks = (wanted: string): readonly Explained[] =>
  checks
    .filter(({ id }) => id === wanted)
    .map((check) => ({
      data: check,
      text: checkText(check),
    }));

function checkText({ id, severity, title, why, whenItFails, needs, source }: (typeof checks)[number]): string {
  const failing =
    whenItFails === undefined
      ? ""
      : `\n\nWhen it fails\n  Symptom: ${whenItFails.symptom}\n  Cause: ${whenItFails.cause}\n  Remedy: ${whenItFails.remedy}`;
  const rulesOf = rules.filter(({ provenBy }) => provenBy.includes(id)).map((rule) => rule.id);
  const proves = rulesOf.length === 0 ? "" : `\nProves or refutes what these rules say: ${rulesOf.join(", ")}`;
  return `${id} (check, ${severity}): ${title}\n\n${why}${failing}\n\nProbe: ${needs.title}\nSource: ${source}${proves}`;
}

/** What is done about a check of another tool that no rule of ours stands for. */
function inOthers(id: string): readonly Explained[] {
  const said = elsewhere(id);
  return said === undefined ? [] : [{ data: { id, said }, text: `${id} has no rule of its own here: ${said}` }];
}

const headText = ({ id, severity, title, why, advice, since }: OwnFinding): string =>
  `${id} (${severity}): ${title}\n\n${why}\n\nWhat to do: ${advice}\nSince: ${since}`;

function ruleText(rule: Rule): string {
  const fixed = rule.fixes === undefined ? [] : [`Fix (\`analyze --fix\`): ${rule.fixes}`];
  const aliases = rule.aliases.length === 0 ? [] : [`Elsewhere: ${rule.aliases.join(", ")}`];
  const proofs = rule.provenBy.length === 0 ? [] : [`Proven by \`seaworthy verify\`: ${rule.provenBy.join(", ")}`];
  return [headText(rule), `Source: ${rule.source}`, ...fixed, ...aliases, ...proofs].join("\n");
}

const names = (): readonly string[] => [
  ...rules.flatMap(({ id, aliases }) => [id, ...aliases]),
  ...own.map(({ id }) => id),
  ...checks.map(({ id }) => id),
  ...planNames(),
];
