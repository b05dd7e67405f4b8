import { changed, healthy } from "./queries/example.ts";
import { isRoot, situationAt } from "./queries/settings.ts";
import { at, shippedStage, shippedSteps } from "./queries/steps.ts";
import { commandsOf } from "./queries/commands.ts";
import type { Rule } from "./rule.ts";

export const userNotNumeric: Rule = {
  id: "user-not-numeric",
  title: "USER is a name, not a number",
  why: "Kubernetes cannot tell that a name is not root: with runAsNonRoot the pod is refused with `image has non-numeric user`. A name that is nowhere created fails at start.",
  source: "hadolint DL3066",
  demand: "without-root",
  severity: "warning",
  confidence: "certain",
  advice: "Write the number that the user was created with, for example `USER 1001:1001`.",
  aliases: ["DL3066"],
  numbers: ["SEC005"],
  since: "0.1.0",
  fixes: "writes the number that useradd gave.",
  provenBy: ["numeric-user"],
  examples: {
    bad: [changed(["USER 1001:1001\n", "USER app\n"]), changed(["USER 1001:1001\n", "USER service:1001\n"])],
    good: [
      healthy,
      changed(["USER 1001:1001\n", "ARG UID=1001\nUSER $UID\n"]),
      changed(["USER 1001:1001\n", "USER root\n"]),
    ],
  },
  *check({ dockerfile }) {
    const stage = shippedStage(dockerfile);
    const user = stage && situationAt(dockerfile, stage).user;
    if (user === undefined || isRoot(user)) return;
    const [name = "", group] = user.split(":");
    if (/^\d+$/.test(name) || name.includes("$")) return;
    const steps = shippedSteps(dockerfile);
    const instruction = steps.findLast((step) => step.instruction.keyword === "USER")?.instruction;
    if (!instruction) return;
    const created = steps
      .filter((step) => step.instruction.keyword === "RUN")
      .flatMap((step) => commandsOf(step.instruction))
      .find(({ argv }) => /(^|\/)(useradd|adduser)$/.test(argv[0] ?? "") && argv.includes(name));
    const uid = created && /(?:--uid[= ]|-u ?)(\d+)/.exec(created.argv.join(" "))?.[1];
    const text = `USER ${uid ?? ""}${group === undefined ? "" : `:${group}`}`;
    yield {
      message: `USER is ${user}${uid === undefined ? "" : `, whose number is ${uid}`}.`,
      where: at(dockerfile, instruction),
      ...(uid === undefined
        ? {}
        : { fix: { title: `Write ${uid}`, edits: [{ file: dockerfile.path, ...instruction.range, text }] } }),
    };
  },
};
