import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const passwordSetInBuild: Rule = {
  id: "password-set-in-build",
  title: "A user of the image gets a password",
  why: "The text of the step is kept in the history, so everybody who can pull the image has the password, and nothing in a container asks for one, unless something else lets people log in.",
  source: "checkov CKV2_DOCKER_17; dockle DKL-LI-0001 for empty ones",
  demand: "no-secrets",
  severity: "error",
  confidence: "certain",
  advice: "Give no user a password; the service's user needs none.",
  aliases: ["CKV2_DOCKER_17", "DKL-LI-0001", "DF013"],
  since: "0.1.0",
  provenBy: ["no-secrets-in-configuration"],
  examples: {
    bad: [
      changed(["USER 1001:1001\n", "RUN echo 'app:example' | chpasswd\nUSER 1001:1001\n"]),
      changed(["USER 1001:1001\n", "RUN passwd -d app\nUSER 1001:1001\n"]),
    ],
    good: [healthy, changed(["USER 1001:1001\n", "RUN passwd -l app\nUSER 1001:1001\n"])],
  },
  *check({ dockerfile }) {
    for (const { instruction } of shippedSteps(dockerfile)) {
      if (instruction.keyword !== "RUN") continue;
      const call = commandsOf(instruction).find(
        ({ program, argv }) =>
          program === "chpasswd" ||
          (program === "passwd" && argv.some((word) => /^(?:-d|--delete)$/.test(word))) ||
          (/^(?:useradd|usermod)$/.test(program) && argv.some((word) => /^(?:-p|--password)(?:=|$)/.test(word))),
      );
      // Never the text of the step: it holds the password.
      if (call) yield { message: `${call.program} sets a password.`, where: at(dockerfile, instruction) };
    }
  },
};
