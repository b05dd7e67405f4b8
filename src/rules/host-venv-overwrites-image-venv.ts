import { ignoreAlso } from "./queries/fixes.ts";
import { healthy, healthyWith, project, syncLine } from "./queries/example.ts";
import { sourcesOfCopy } from "./queries/context.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, flag, lineage, reachable } from "./queries/steps.ts";
import { venvsMadeIn } from "./queries/venv.ts";
import type { Rule } from "./rule.ts";

export const hostVenvOverwritesImageVenv: Rule = {
  id: "host-venv-overwrites-image-venv",
  title: "`COPY . .` can write the developer's .venv over the image's",
  why: "The environment of a laptop holds other packages, another interpreter path and perhaps another platform. A build on that laptop replaces the environment that was just installed; a build in CI, where no .venv exists, does not: the two images differ.",
  source: "uv's guide for Docker: .venv in .dockerignore",
  demand: "found-when-started",
  severity: "error",
  confidence: "certain",
  advice: "Put `.venv` in .dockerignore.",
  aliases: [],
  numbers: ["UV018"],
  since: "0.1.0",
  fixes: "adds `.venv` to .dockerignore.",
  provenBy: ["environment-intact"],
  examples: {
    bad: [
      project({ Dockerfile: healthyWith([syncLine, `${syncLine}COPY . .\n`]), ".dockerignore": ".git\n" }),
      project({ Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY . /app/\n"]), ".dockerignore": "" }),
    ],
    good: [
      healthy,
      project({ Dockerfile: healthyWith([syncLine, `${syncLine}COPY . .\n`]) }),
      project({ Dockerfile: healthyWith([syncLine, `${syncLine}COPY . .\n`]), ".dockerignore": "**/.venv\n" }),
    ],
  },
  *check(input) {
    const { dockerfile, ignore, service } = input;
    if (ignore.excludes(".venv/bin/python")) return;
    for (const stage of reachable(dockerfile)) {
      if (!stage.instructions.some((one) => one.keyword === "COPY" && flag(one, "from") === undefined)) continue;
      const made = venvsMadeIn(input, stage);
      const copied = stage.instructions.filter(
        (one) => flag(one, "from") !== undefined && /\.venv\/?$/.test(one.words.at(-1) ?? ""),
      );
      const firstLine = Math.min(
        ...made.map(({ step }) => (lineage(dockerfile, stage).includes(step.stage) ? step.instruction.line : Infinity)),
        ...copied.map(({ line }) => line),
      );
      for (const instruction of stage.instructions) {
        if (instruction.keyword !== "COPY" || flag(instruction, "from") !== undefined || instruction.line < firstLine)
          continue;
        if (!sourcesOfCopy(instruction).some((word) => absolute("/", word) === "/")) continue;
        if (instruction.flags.some(({ name, value }) => name === "exclude" && value.includes(".venv"))) continue;
        const { workdir } = situationAt(dockerfile, stage, instruction);
        const target = absolute(absolute(workdir, instruction.words.at(-1) ?? ""), ".venv");
        const paths = [
          ...made.map(({ path }) => path),
          ...copied.map((one) => absolute(workdir, one.words.at(-1) ?? "")),
        ];
        if (!paths.includes(target)) continue;
        const file =
          service.dockerignore === undefined ? "there is no .dockerignore" : `${service.dockerignore} lets .venv in`;
        yield {
          message: `This copies a .venv of the context over ${target}: ${file}.`,
          where: at(dockerfile, instruction),
          ...ignoreAlso(input, ["**/.venv"]),
        };
      }
    }
  },
};
