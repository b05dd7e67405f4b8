import { commandsOf } from "./queries/commands.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, find, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const deletedInLaterLayer: Rule = {
  id: "deleted-in-later-layer",
  title: "Files are deleted in a later layer than the one that brought them",
  why: "The earlier layer keeps them: the image does not get smaller, and a secret deleted this way can still be read by everybody who pulls the image.",
  source: "hadolint DL3009 knows it for apt only",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice:
    "Delete in the same RUN, use a cache or secret mount, or do not copy the file at all (.dockerignore, `COPY --exclude`).",
  aliases: [],
  numbers: ["LYR009"],
  since: "0.1.0",
  provenBy: ["caches-absent", "no-secrets-in-layers"],
  examples: {
    bad: [
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN pip install httpx==0.28.1\nRUN rm -rf /root/.cache\nRUN`]),
      changed([
        "USER 1001:1001\n",
        "COPY pyproject.toml /app/pyproject.toml\nRUN rm /app/pyproject.toml\nUSER 1001:1001\n",
      ]),
    ],
    good: [
      healthy,
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN pip install httpx==0.28.1 && rm -rf /root/.cache\nRUN`]),
    ],
  },
  *check({ dockerfile }) {
    const copied: string[] = [];
    let installed = false;
    for (const { stage, instruction } of shippedSteps(dockerfile)) {
      const { workdir } = situationAt(dockerfile, stage, instruction);
      if (instruction.keyword === "COPY") copied.push(absolute(workdir, instruction.words.at(-1) ?? ""));
      if (instruction.keyword !== "RUN") continue;
      const commands = commandsOf(instruction);
      const installs = commands.some(
        ({ argv }) =>
          argv.includes("install") || argv.includes("sync") || argv.includes("add") || argv.includes("update"),
      );
      for (const { argv, text } of commands) {
        if (argv[0] !== "rm" || installs) continue;
        const gone = argv
          .slice(1)
          .filter((word) => !word.startsWith("-"))
          .map((word) => absolute(workdir, word.replace(/\/\*$/, "").replace(/^~/, "/root")));
        const caches =
          installed &&
          gone.some((path) => /^\/(root\/\.cache|var\/lib\/apt\/lists|var\/cache\/(apt|apk|dnf))/.test(path));
        if (!caches && !gone.some((path) => copied.includes(path))) continue;
        yield {
          message: `\`${text}\` hides files that an earlier layer keeps.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, text)),
        };
      }
      installed ||= installs;
    }
  },
};
