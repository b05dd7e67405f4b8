import type { Instruction } from "../model/types.ts";
import { baseOf } from "./queries/base.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy, slim, uvImage } from "./queries/example.ts";
import { rootImage } from "./queries/settings.ts";
import { at, flag, lineage, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const uvInFinalStage: Rule = {
  id: "uv-in-final-stage",
  title: "uv is in the shipped image",
  why: "uv is needed to build the environment, not to run it: about 50 MB that a service never uses, and a tool that lets anyone who gets in install what they like.",
  source: "Design fact of all three systems; analyzers.md fixture 05: found by no other tool",
  severity: "warning",
  confidence: "certain",
  advice:
    "Install with uv in a builder stage and copy only the environment. First look for starters outside the Dockerfile (Compose, Kubernetes, CI) that call `uv run`: they need another command then.",
  aliases: ["UV009"],
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
    const steps = shippedSteps(dockerfile);
    const removed = steps.some(
      ({ instruction }) =>
        instruction.keyword === "RUN" &&
        commandsOf(instruction).some(({ argv }) => argv.includes("uninstall") && argv.includes("uv")),
    );
    if (removed) return;
    for (const { instruction } of steps) {
      const how = bringsUv(instruction);
      if (how !== undefined)
        yield { message: `${how} puts uv into the shipped image.`, where: at(dockerfile, instruction) };
    }
  },
};

function bringsUv(instruction: Instruction): string | undefined {
  if (instruction.keyword === "COPY" && flag(instruction, "from") !== undefined) {
    const copies = instruction.words.slice(0, -1).some((word) => /(^|\/)uvx?$/.test(word));
    return copies ? "The COPY" : undefined;
  }
  if (instruction.keyword !== "RUN") return undefined;
  const install = commandsOf(instruction).find(
    ({ argv }) =>
      (argv.includes("install") &&
        argv.some((word) => /(^|\/)pip[\d.]*$|^pipx$/.test(word)) &&
        argv.some((word) => /^uv([=<>~[]|$)/.test(word))) ||
      argv.some((word) => word.startsWith("https://astral.sh/uv/")),
  );
  return install && `\`${install.text}\``;
}
