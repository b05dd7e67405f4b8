import type { CommandContext } from "@stricli/core";
import { checks } from "../../checks/index.gen.ts";
import { UserError } from "../../kit/errors.ts";
import { rules } from "../../rules/index.gen.ts";
import { didYouMean } from "../../requirements/nearest.ts";
import { print, printJson } from "../output.ts";

export default function explain(this: CommandContext, flags: { readonly json: boolean }, id: string): void {
  const wanted = id.toLowerCase();
  const rule = rules.find((one) => one.id === wanted || one.aliases.some((alias) => alias.toLowerCase() === wanted));
  const check = checks.find((one) => one.id === wanted);
  if (rule === undefined && check === undefined)
    throw new UserError("explain/unknown", `There is no rule or check \`${id}\`${didYouMean(wanted, names())}`, {
      hint: "docs/rules.md and docs/checks.md list them all; ids of other linters are understood too.",
    });
  if (flags.json) {
    printJson(this, rule ?? check);
    return;
  }
  if (rule !== undefined) {
    print(
      this,
      `${rule.id} (${rule.severity}): ${rule.title}\n\n${rule.why}\n\nWhat to do: ${rule.advice}\nSource: ${rule.source}`,
    );
    if (rule.aliases.length > 0) print(this, `Elsewhere: ${rule.aliases.join(", ")}`);
    if (rule.provenBy.length > 0) print(this, `Proven by running: ${rule.provenBy.join(", ")}`);
  }
  if (check !== undefined)
    print(
      this,
      `${check.id} (check): ${check.title}\n\n${check.why}\n\nProbe: ${check.needs.title}\nSource: ${check.source}`,
    );
}

const names = (): readonly string[] => [
  ...rules.flatMap(({ id, aliases }) => [id, ...aliases]),
  ...checks.map(({ id }) => id),
];
