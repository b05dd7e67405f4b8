import { baseOf } from "./queries/base.ts";
import { changed, healthy, slim, uvImage } from "./queries/example.ts";
import { MANAGERS, managerSteps } from "./queries/managers.ts";
import { rootImage } from "./queries/settings.ts";
import { at, lineage, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const uvInFinalStage: Rule = {
  id: "uv-in-final-stage",
  title: "The package manager (uv, poetry, pdm, pipenv, hatch) is in the shipped image",
  why: "It is needed to build the environment, not to run it: about 50 MB of uv, or the many packages of poetry, that a service never uses, and a tool that lets anyone who gets in install what they like.",
  source: "uv's guide for Docker: non-editable installs, using uv temporarily",
  demand: "no-build-tools",
  severity: "warning",
  confidence: "certain",
  advice:
    "Install in a builder stage and copy only the environment. First look for starters outside the Dockerfile (Compose, Kubernetes, CI) that call `uv run` or `poetry run`: they need another command then.",
  aliases: [],
  numbers: ["UV009"],
  since: "0.1.0",
  provenBy: ["build-tools-absent"],
  examples: {
    bad: [
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nCOPY --from=uv /uv /uvx /bin/\nRUN`]),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN pip install --no-cache-dir uv==0.9.8\nRUN`]),
      changed([`FROM ${slim}\n`, "FROM builder\n"]),
      changed([`FROM ${slim}\n`, "FROM ghcr.io/astral-sh/uv:0.9.8-python3.13-trixie-slim\n"]),
    ],
    good: [healthy, changed([uvImage, "ghcr.io/astral-sh/uv:0.9.8"])],
  },
  *check({ dockerfile }) {
    const stage = shippedStage(dockerfile);
    if (!stage) return;
    const root = lineage(dockerfile, stage)[0] ?? stage;
    const base = baseOf(rootImage(dockerfile, stage));
    if (base.short === "uv")
      yield { message: `${base.reference} is an image with uv in it.`, where: at(dockerfile, root.from) };
    for (const manager of MANAGERS)
      for (const { instruction, how } of managerSteps(dockerfile, manager))
        yield { message: `${how} puts ${manager} into the shipped image.`, where: at(dockerfile, instruction) };
  },
};
