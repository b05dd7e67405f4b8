import { changed, healthy } from "./queries/example.ts";
import { healthcheckOf } from "./queries/health.ts";
import { at, flag } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const healthcheckTiming: Rule = {
  id: "healthcheck-timing",
  title: "The health check's times do not fit together",
  why: "A timeout as long as the interval lets checks pile up on a slow service. Without a start period the first failures while the service starts count, and a slow start is taken for a broken container.",
  source: "benchling-webhook's start period of 5 s",
  demand: "health-is-seen",
  severity: "note",
  confidence: "certain",
  advice: "Set `--start-period` above the measured start-up time and `--timeout` well below `--interval`.",
  aliases: [],
  numbers: ["HC004"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [changed(["--timeout=5s", "--timeout=30s"]), changed(["--start-period=20s ", ""])],
    good: [healthy],
  },
  *check({ dockerfile }) {
    const health = healthcheckOf(dockerfile);
    if (!health) return;
    const { instruction } = health;
    const interval = seconds(flag(instruction, "interval")) ?? 30;
    const timeout = seconds(flag(instruction, "timeout")) ?? 30;
    const where = at(dockerfile, instruction);
    if (flag(instruction, "timeout") !== undefined && timeout >= interval)
      yield {
        message: `The timeout (${timeout} s) is not below the interval (${interval} s).`,
        severity: "warning",
        where,
      };
    if (flag(instruction, "start-period") === undefined)
      yield { message: "There is no --start-period: failures while the service starts count.", where };
  },
};

function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return parts.length === 0
    ? undefined
    : parts.reduce((sum, [, number, unit]) => sum + Number(number) * (units[unit ?? "s"] ?? 1), 0);
}
