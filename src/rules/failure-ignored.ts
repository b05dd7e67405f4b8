import { scriptOf } from "../dockerfile/shell.ts";
import { stageState } from "../dockerfile/stages.ts";
import type { Command } from "./queries/commands.ts";
import { commandsOf } from "./queries/commands.ts";
import { healthy, inBuilder, installing } from "./queries/example.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const MATTERS =
  /^(?:apk|apt|apt-get|curl|dnf|git|make|microdnf|npm|pip[\d.]*|poetry|pdm|pipenv|python[\d.]*|tar|tdnf|unzip|uv|wget|yum)$/;

export const failureIgnored: Rule = {
  id: "failure-ignored",
  title: "A step that fails does not stop the build",
  why: "Of commands joined by `;`, or on the lines of a heredoc, only the last one decides. A failed download or installation leaves a green build and an image that ends with ModuleNotFoundError.",
  source: "ShellCheck and Docker's guide on RUN; hadolint #882 for heredocs",
  demand: "builds-from-a-clone",
  severity: "warning",
  confidence: "certain",
  advice: "Join the commands with `&&`, or begin with `set -eu`.",
  aliases: ["shell-findings"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      inBuilder(`${installing("curl")}RUN curl -fsSLO https://example.org/x; ls`),
      inBuilder("RUN <<EOF\npip install --no-cache-dir httpx==0.28.1\nrm -rf /tmp/*\nEOF"),
    ],
    good: [
      healthy,
      inBuilder(`${installing("curl")}RUN set -eux; curl -fsSLO https://example.org/x; ls`),
      inBuilder("RUN <<EOF\nset -e\npip install --no-cache-dir httpx==0.28.1\nrm -rf /tmp/*\nEOF"),
      inBuilder(`SHELL ["/bin/bash", "-e", "-c"]\nRUN curl -fsSLO https://example.org/x; ls`),
      inBuilder(`${installing("curl")}RUN curl -fsSLO https://example.org/x || exit 1; ls`),
    ],
  },
  *check({ dockerfile }) {
    for (const { stage, instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "RUN" || instruction.form === "exec") continue;
      const commands = commandsOf(instruction).filter(({ start }) => start !== undefined);
      const lost = lostFailure(commands, scriptOf(instruction));
      if (lost === undefined || stopsAtErrors(commands)) continue;
      if (
        /(?:^| )-\w*e/.test(
          stageState(dockerfile, stage, { before: instruction }).shell?.value.slice(1).join(" ") ?? "",
        )
      )
        continue;
      yield {
        message: `When \`${lost.text}\` fails, the build goes on.`,
        where: at(dockerfile, instruction, find(dockerfile, instruction, lost.text)),
      };
    }
  },
};

const stopsAtErrors = (commands: readonly Command[]): boolean =>
  commands.some(({ argv }) => argv[0] === "set" && (/^-\w*e/.test(argv[1] ?? "") || argv.includes("errexit")));

/** A command after which something stands that runs whether it failed or not. Groups, loops and branches are left alone. */
function lostFailure(commands: readonly Command[], script: string): Command | undefined {
  if (/(?:^|[\s;(])(?:if|for|while|until|case|function)\s|[({]\s|\btrap\b/.test(script)) return undefined;
  let first: Command | undefined;
  let isLeft = false;
  for (const command of commands.toReversed()) {
    if (isLeft && MATTERS.test(command.program)) first = command;
    const { connection } = command;
    // What stands behind in the same pipeline or list says nothing about it.
    if (connection !== "|" && connection !== "|&" && connection !== "&&") isLeft = connection === ";";
  }
  return first;
}
