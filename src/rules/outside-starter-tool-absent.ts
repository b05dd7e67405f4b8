import { baseOf } from "./queries/base.ts";
import { commandsOf } from "./queries/commands.ts";
import { healthy, healthyDockerfile, healthyWith, project, slim } from "./queries/example.ts";
import { concernsImage } from "./queries/compose.ts";
import { rootImage } from "./queries/settings.ts";
import { at, flag, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const compose = (command: string): string => `services:\n  worker:\n    build: .\n    command: ${command}\n`;

export const outsideStarterToolAbsent: Rule = {
  id: "outside-starter-tool-absent",
  title: "Another file starts the image with a tool that is not in it",
  why: 'The Dockerfile no longer needs uv, but Compose, Kubernetes or a Procfile still starts a worker or a migration with `uv run`: `exec: "uv": not found`. vibetuner\'s production health check broke in this way.',
  source: "Trap T1 (pvn-finance, smart-invoice, vibetuner #614)",
  severity: "error",
  confidence: "likely",
  advice:
    "Change that command to the program itself, for example `alembic upgrade head`, together with the Dockerfile.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("uv run celery -A app worker") })],
    good: [
      healthy,
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose("uv run pytest").replace(
          "build: .",
          "build:\n      context: .\n      dockerfile: dev.Dockerfile",
        ),
        "dev.Dockerfile": "FROM python:3.13\n",
      }),
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("celery -A app worker") }),
      project({
        Dockerfile: healthyWith([`FROM ${slim}\nRUN`, `FROM ${slim}\nCOPY --from=uv /uv /usr/local/bin/uv\nRUN`]),
        "compose.yaml": compose("uv run celery -A app worker"),
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    if (!stage || baseOf(rootImage(dockerfile, stage)).short === "uv") return;
    const brings = shippedSteps(dockerfile).some(({ instruction }) => {
      if (instruction.keyword === "COPY")
        return flag(instruction, "from") !== undefined && instruction.words.some((word) => /(^|\/)uvx?$/.test(word));
      return (
        instruction.keyword === "RUN" &&
        commandsOf(instruction).some(({ argv }) => argv.some((word) => /^uv([=<>~[]|$)|astral\.sh\/uv/.test(word)))
      );
    });
    if (brings) return;
    for (const { source, written, wrappers, evidence } of service.starts) {
      if (
        !["compose", "kubernetes", "ecs", "procfile", "cdk"].includes(source) ||
        !wrappers.some((one) => one.startsWith("uv"))
      )
        continue;
      if (concernsImage(input, source, evidence) !== true) continue;
      yield {
        message: `${evidence.file} line ${evidence.line} starts \`${written}\`, but uv is not in the shipped image.`,
        where: evidence,
        related: [{ ...at(dockerfile, stage.from), message: "the shipped stage" }],
      };
    }
  },
};
