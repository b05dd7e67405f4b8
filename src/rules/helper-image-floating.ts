import { changed, healthy, uvImage } from "./queries/example.ts";
import { externalImages } from "./queries/images.ts";
import { at, find, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const helperImageFloating: Rule = {
  id: "helper-image-floating",
  title: "A tool is copied from an image with a floating tag",
  why: "`COPY --from=ghcr.io/astral-sh/uv:latest` brings another uv with every build. A new uv may read the lock differently or refuse it, and the build of an unchanged commit breaks or changes.",
  source: "Docker's best practices: pin base image versions; uv's guide for Docker",
  demand: "exact-bases-and-tools",
  severity: "warning",
  confidence: "certain",
  advice: "Name the exact version, `ghcr.io/astral-sh/uv:0.9.8`, and its digest.",
  aliases: [],
  numbers: ["IMG003"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      changed(["COPY --from=uv ", "COPY --from=ghcr.io/astral-sh/uv:latest "]),
      changed([`FROM ${uvImage} AS uv\n`, "FROM ghcr.io/astral-sh/uv:0.9 AS uv\n"]),
    ],
    good: [healthy, changed(["COPY --from=uv ", "COPY --from=ghcr.io/astral-sh/uv:0.9.8 "])],
  },
  *check({ dockerfile }) {
    const stages = new Set(reachable(dockerfile));
    for (const { image, base, step, use } of externalImages(dockerfile)) {
      if (!stages.has(step.stage) || base.digest !== undefined || base.unresolved) continue;
      const uv = base.short === "uv";
      if (use === "from" && !uv) continue;
      const tag = base.tag ?? "latest";
      // uv's tags begin with its version or are moving names: `latest`, `0.9`, `python3.12-bookworm-slim`.
      const floating = uv ? !/^\d+\.\d+\.\d+/.test(tag) : /^(latest|stable|edge)$/.test(tag);
      if (!floating) continue;
      yield {
        message: `${image} does not name a version: every build may get another ${base.short}.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, image)),
      };
    }
  },
};
