import { stageState } from "../dockerfile/stages.ts";
import { commandsOf } from "./queries/commands.ts";
import { healthy, inBuilder, installing } from "./queries/example.ts";
import { at, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const pipefailMissing: Rule = {
  id: "pipefail-missing",
  title: "A failing download in a pipe goes unnoticed",
  why: "The shell looks only at the last command of a pipe: when the download fails, the build goes on with an empty file and the fault shows at run time.",
  source: "hadolint DL4006",
  demand: "todays-syntax",
  severity: "warning",
  confidence: "certain",
  advice: 'Download to a file first, or use `SHELL ["/bin/bash", "-o", "pipefail", "-c"]`.',
  aliases: ["DL4006", "DF057", "set-pipefail"],
  numbers: ["SEC010"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [inBuilder(`${installing("curl")}RUN curl -fsSL https://example.org/x.tar.gz | tar -xz -C /opt`)],
    good: [
      healthy,
      inBuilder(
        `${installing("curl")}RUN set -o pipefail && curl -fsSL https://example.org/x.tar.gz | tar -xz -C /opt`,
      ),
      inBuilder(
        `${installing("curl")}SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN curl -fsSL https://example.org/x.tar.gz | tar -xz -C /opt`,
      ),
      inBuilder("RUN echo done | tee /log"),
    ],
  },
  *check({ dockerfile }) {
    for (const { stage, instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "RUN" || instruction.args.includes("pipefail")) continue;
      const shell = stageState(dockerfile, stage, { before: instruction }).shell?.value.join(" ") ?? "";
      if (shell.includes("pipefail")) continue;
      const commands = commandsOf(instruction);
      const index = commands.findIndex(
        ({ connection }, at_) =>
          connection === "|" && /^(curl|wget|git|pip|uv|gpg)$/.test(commands[at_ - 1]?.program ?? ""),
      );
      const before = commands[index - 1];
      if (!before) continue;
      yield { message: `When \`${before.text}\` fails, the build goes on.`, where: at(dockerfile, instruction) };
    }
  },
};
