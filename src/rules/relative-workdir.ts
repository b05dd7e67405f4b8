import { baseOf } from "./queries/base.ts";
import { replace } from "./queries/fixes.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, find, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const relativeWorkdir: Rule = {
  id: "relative-workdir",
  title: "The working directory depends on what came before",
  why: "A relative WORKDIR means another folder as soon as the base or an earlier WORKDIR changes; a RUN that only says `cd` has no effect on the next instruction.",
  source: "hadolint DL3000, DL3003; BuildKit's WorkdirRelativePath",
  demand: "found-when-started",
  severity: "warning",
  confidence: "certain",
  advice: "Write an absolute WORKDIR.",
  aliases: [
    "DF009",
    "DL3000",
    "DL3003",
    "WorkdirRelativePath",
    "CKV_DOCKER_10",
    "DS-0009",
    "DS-0013",
    "use-workdir",
    "invalid_workdir",
    "DF063",
    "DL3045",
  ],
  since: "0.1.0",
  fixes: "writes it from the root, on an official Python or distribution image, whose folder is the root.",
  provenBy: [],
  examples: {
    bad: [
      changed(["WORKDIR /app\nENV", "WORKDIR app\nENV"]),
      changed(["USER 1001:1001\n", "RUN cd /app\nUSER 1001:1001\n"]),
    ],
    good: [
      healthy,
      changed(["WORKDIR /app\nENV", "WORKDIR /app\nWORKDIR api\nWORKDIR /app\nENV"]),
      changed(["USER 1001:1001\n", "RUN cd /tmp && python --version\nUSER 1001:1001\n"]),
    ],
  },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile)) {
      const first = stage.instructions.find(({ keyword }) => keyword === "WORKDIR");
      const relative = first !== undefined && !/^["']?[/$]|^["']?[A-Za-z]:/.test(first.args);
      if (relative && stage.parent === undefined)
        yield {
          message: `WORKDIR ${first.args} is relative to whatever the base has set.`,
          where: at(dockerfile, first),
          ...(/^[\w./-]+$/.test(first.args) && STARTS_AT_ROOT.has(baseOf(stage.resolvedBase).name)
            ? replace(dockerfile, first, /(?<=^WORKDIR[ \t]+)\S+/i, `/${first.args.replace(/^\.\//, "")}`)
            : {}),
        };
      for (const instruction of stage.instructions) {
        const [command, ...rest] = instruction.keyword === "RUN" ? commandsOf(instruction) : [];
        if (command?.argv[0] !== "cd" || rest.length > 0) continue;
        const where = at(dockerfile, instruction, find(dockerfile, instruction, command.text));
        yield { message: `\`${command.text}\` has no effect on the next instruction.`, where };
      }
    }
  },
};

const STARTS_AT_ROOT: ReadonlySet<string> = new Set(["python", "debian", "ubuntu", "alpine", "amazonlinux"]);
