import { rootImage } from "./queries/settings.ts";
import { baseOf } from "./queries/base.ts";
import { literal } from "../kit/pattern.ts";
import { replace } from "./queries/fixes.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { option } from "./queries/start.ts";
import { at, find, shippedSteps, shippedStage } from "./queries/steps.ts";
import type { Dockerfile } from "../model/types.ts";
import type { Rule } from "./rule.ts";

export const loginShellForServiceUser: Rule = {
  id: "login-shell-for-service-user",
  title: "The service's user has a login shell",
  why: "Nobody logs in as the service. A shell in its account only helps whoever gets in through another door.",
  source: "nologin(8)",
  demand: "without-root",
  severity: "note",
  confidence: "certain",
  advice: "Create the user with `--shell /usr/sbin/nologin`.",
  aliases: ["login-shell-or-home"],
  numbers: ["SEC006"],
  since: "0.1.0",
  fixes: "writes nologin as the shell, where nothing in the file becomes that user by `su`.",
  provenBy: [],
  examples: {
    bad: [changed(["--shell /usr/sbin/nologin", "--shell /bin/bash"])],
    good: [
      healthy,
      changed(["--shell /usr/sbin/nologin", "--shell /bin/false"]),
      changed([" --shell /usr/sbin/nologin", ""]),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of shippedSteps(dockerfile)) {
      if (instruction.keyword !== "RUN") continue;
      for (const { argv, program, text } of commandsOf(instruction)) {
        if (program !== "useradd" && program !== "adduser" && program !== "usermod") continue;
        const shell = option(argv, "--shell", "-s");
        if (shell === undefined || !/\/(ba|da|z|a|k)?sh$/.test(shell)) continue;
        yield {
          message: `\`${text}\` gives the user the shell ${shell}.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, shell)),
          ...(/\bsu\b|gosu|setpriv/.test(dockerfile.text)
            ? {}
            : replace(dockerfile, instruction, literal(shell), nologinOf(dockerfile))),
        };
      }
    }
  },
};

/** Alpine has it in /sbin only. */
function nologinOf(dockerfile: Dockerfile): string {
  const stage = shippedStage(dockerfile);
  const base = stage === undefined ? undefined : baseOf(rootImage(dockerfile, stage)).distribution?.name;
  return base === "alpine" ? "/sbin/nologin" : "/usr/sbin/nologin";
}
