import { changed, healthy, slim } from "./queries/example.ts";
import { at, lineage, reachable, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const constantPlatform: Rule = {
  id: "constant-platform",
  title: "FROM fixes the platform",
  why: "On another machine the image runs under emulation, many times slower, or not at all, and a multi-platform build makes the same image twice. `$BUILDPLATFORM` is right for a builder that compiles for others, and wrong for what is shipped: it is the machine that builds, whatever the image is for.",
  source: "BuildKit's FromPlatformFlagConstDisallowed; hadolint DL3029",
  demand: "exact-bases-and-tools",
  severity: "warning",
  confidence: "certain",
  advice: "Leave --platform away and name the platform in the build (`--platform linux/amd64`).",
  aliases: ["DL3029", "FromPlatformFlagConstDisallowed", "avoid-platform-with-from", "DF061"],
  numbers: ["IMG010"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      changed([`FROM ${slim}\n`, `FROM --platform=linux/amd64 ${slim}\n`]),
      changed([`FROM ${slim}\n`, `FROM --platform=$BUILDPLATFORM ${slim}\n`]),
      changed([`FROM ${slim}\n`, `FROM --platform=\${BUILDPLATFORM} ${slim} AS base\n\nFROM base\n`]),
    ],
    good: [
      healthy,
      changed([`FROM ${slim}\n`, `FROM --platform=$TARGETPLATFORM ${slim}\n`]),
      changed([`FROM ${slim} AS builder`, `FROM --platform=$BUILDPLATFORM ${slim} AS builder`]),
    ],
  },
  *check({ dockerfile }) {
    const shipped = shippedStage(dockerfile);
    const [root] = shipped === undefined ? [] : lineage(dockerfile, shipped);
    for (const stage of reachable(dockerfile)) {
      if (stage === root && /\$\{?BUILDPLATFORM\b/.test(stage.platform ?? ""))
        yield {
          message: `What is shipped is built for ${stage.platform ?? ""}, the platform of the machine that builds, whatever the build asks for.`,
          where: at(dockerfile, stage.from),
          advice: "Leave --platform away: what is shipped is then built for the platform that the build names.",
        };
      if (stage.platform === undefined || stage.platform.includes("$") || stage.platform === "") continue;
      yield { message: `The stage is always built for ${stage.platform}.`, where: at(dockerfile, stage.from) };
    }
  },
};
