import { changed, healthy, slim } from "./queries/example.ts";
import { settingsOf } from "./queries/settings.ts";
import { at, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const PLATFORM = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)$/;

export const undefinedArgumentInFrom: Rule = {
  id: "undefined-argument-in-from",
  title: "The base image depends on an argument without a value",
  why: "FROM sees only the ARG lines before the first FROM. Without one of that name the reference is broken and no build works; without a default it works only where somebody passes `--build-arg`, and neither `docker build .` nor a scanner finds the base.",
  source: "seen in netbox, nautobot; BuildKit's UndefinedArgInFrom and InvalidDefaultArgInFrom",
  demand: "builds-from-a-clone",
  severity: "warning",
  confidence: "certain",
  advice: "Declare it before the first FROM, with a default that builds: `ARG PYTHON=3.13`.",
  aliases: ["UndefinedArgInFrom", "InvalidDefaultArgInFrom", "DF086"],
  numbers: ["IMG010"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      changed([`FROM ${slim}\n`, "FROM python:${PYTHON}-slim-trixie\n"]),
      changed(["FROM ghcr", "ARG BASE\nFROM ghcr"], [`FROM ${slim}\n`, "FROM $BASE\n"]),
    ],
    good: [
      healthy,
      changed(["FROM ghcr", `ARG BASE=${slim}\nFROM ghcr`], [`FROM ${slim}\n`, "FROM $BASE\n"]),
      changed([`FROM ${slim}\n`, `FROM \${BASE:-${slim}}\n`]),
    ],
  },
  *check({ dockerfile }) {
    const declared = new Set(dockerfile.globalArgs.flatMap(settingsOf).map(({ name }) => name));
    for (const stage of reachable(dockerfile)) {
      if (stage.parent !== undefined) continue;
      const names = [...stage.resolvedBase.matchAll(/\$\{?([A-Za-z_]\w*)\}?/g)].map((match) => match[1] ?? "");
      for (const name of new Set(names)) {
        if (PLATFORM.test(name)) continue;
        const known = declared.has(name);
        yield {
          message: known
            ? `\`FROM ${stage.base}\` builds only with \`--build-arg ${name}=…\`: its ARG has no default.`
            : `\`FROM ${stage.base}\`: no ARG before the first FROM declares ${name}.`,
          severity: known ? "warning" : "error",
          where: at(dockerfile, stage.from),
        };
      }
    }
  },
};
