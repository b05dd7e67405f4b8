import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, find, flag, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const worldWritable: Rule = {
  id: "world-writable",
  title: "Files are made writable for everybody",
  why: "`chmod 777` hides a wrong owner and lets every process in the container change the code that runs next; with -R it also stores the files a second time.",
  source: "droast DF034",
  demand: "without-root",
  severity: "warning",
  confidence: "certain",
  advice: "Give the folder that must be written to the service's user, and nothing else.",
  aliases: ["DF034", "world-writable-state-path-workaround"],
  numbers: ["SEC009"],
  since: "0.1.0",
  provenBy: ["modes-restricted", "code-not-writable"],
  examples: {
    bad: [
      changed(["USER 1001:1001\n", "RUN chmod -R 777 /app\nUSER 1001:1001\n"]),
      changed(["COPY app/", "COPY --chmod=777 app/"]),
      changed(["USER 1001:1001\n", "RUN install -d -m 0777 /data\nUSER 1001:1001\n"]),
      changed(["USER 1001:1001\n", "RUN mkdir -p -m777 /data\nUSER 1001:1001\n"]),
    ],
    good: [
      healthy,
      changed(["USER 1001:1001\n", "RUN chmod 1777 /tmp && chmod 755 /app\nUSER 1001:1001\n"]),
      changed(["USER 1001:1001\n", "RUN install -d -m 1777 /data && mkdir -m 755 /srv/777\nUSER 1001:1001\n"]),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of shippedSteps(dockerfile)) {
      const mode = flag(instruction, "chmod");
      if (mode !== undefined && /^0?[0-7]{2}[2367]$/.test(mode))
        yield { message: `COPY --chmod=${mode} lets everybody write.`, where: at(dockerfile, instruction) };
      if (instruction.keyword !== "RUN") continue;
      const call = commandsOf(instruction).find(({ argv }) => modesOf(argv).some((word) => OPEN.test(word)));
      if (call)
        yield {
          message: `\`${call.text}\` lets everybody write.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, call.text)),
        };
    }
  },
};

const OPEN = /^0?[0-7]{2}[2367]$|^[ao+]*[ao][+=]\w*w/;

/** The words that may be the mode which a command gives: each of chmod's, of others what stands behind -m. */
function modesOf(argv: readonly string[]): readonly string[] {
  if (argv[0] === "chmod") return argv;
  if (argv[0] !== "mkdir" && argv[0] !== "install") return [];
  const option = argv.findIndex((word) => /^(?:-[a-zD]*m|--mode)$/.test(word));
  const joined = argv.find((word) => /^(?:-m\d|--mode=)/.test(word))?.replace(/^(?:-m|--mode=)/, "");
  return [joined ?? (option < 0 ? "" : (argv[option + 1] ?? ""))];
}
