import { changed, healthy, slim } from "./queries/example.ts";
import { externalImages } from "./queries/images.ts";
import { at, find, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

/** Tags of distributions that move on to the next release, and to its Python. */
const ROLLING: Readonly<Record<string, RegExp>> = {
  alpine: /^(?:\d+|edge)$/,
  debian: /^(?:(?:old)?stable|testing|unstable|sid)(?:-|$)/,
  ubuntu: /^(?:rolling|devel)$/,
};

const isRolling = (short: string, tag: string): boolean =>
  /^(latest|slim|alpine|stable)$/.test(tag) || ROLLING[short]?.test(tag) === true;

export const baseFloatingTag: Rule = {
  id: "base-floating-tag",
  title: "The base's tag lets Python or the distribution change by itself",
  why: "`latest`, no tag, or `3` change the Python minor release under the service; a tag without a Debian release (`3.12-slim`) moved from bookworm to trixie and renamed libraries on the way. The change arrives with an unrelated build.",
  source: "hadolint DL3006, DL3007; benchling-webhook's base moved from 3.11 to 3.14 by a bot",
  demand: "exact-bases-and-tools",
  severity: "warning",
  confidence: "certain",
  advice:
    "Name the Python minor release and the distribution's release, for example `python:3.13-slim-trixie`, and the digest.",
  aliases: [
    "DL3006",
    "DL3007",
    "DS-0001",
    "CKV_DOCKER_7",
    "avoid-latest-version",
    "missing-image-version",
    "DKL-DI-0006",
    "latest_tag",
    "missing_tag",
    "DF024",
    "dockerfile-base-image-uses-floating-tag",
    "DF001",
  ],
  numbers: ["IMG002"],
  since: "0.1.0",
  provenBy: ["base-pinned"],
  examples: {
    bad: [
      changed([`FROM ${slim}\n`, "FROM python:latest\n"]),
      changed([`FROM ${slim}\n`, "FROM python\n"]),
      changed([`FROM ${slim}\n`, "FROM python:3-slim\n"]),
      changed([`FROM ${slim}\n`, "FROM python:3.13-slim\n"]),
      changed([`FROM ${slim}\n`, "FROM alpine:3\n"]),
      changed([`FROM ${slim}\n`, "FROM debian:stable-slim\n"]),
    ],
    good: [healthy, changed([`FROM ${slim}\n`, "FROM python:3.13-slim-trixie\n"])],
  },
  *check({ dockerfile }) {
    const stages = new Set(reachable(dockerfile));
    for (const { image, base, step, use } of externalImages(dockerfile)) {
      if (use !== "from" || !stages.has(step.stage) || base.digest !== undefined || base.unresolved) continue;
      const where = at(dockerfile, step.instruction, find(dockerfile, step.instruction, image));
      if (base.tag === undefined) yield { message: `${image} has no tag, which means \`latest\`.`, where };
      else if (isRolling(base.short, base.tag))
        yield { message: `${image} names whatever release is current on the day of the build.`, where };
      else if (base.name === "python" && base.python === undefined && /^3(-|$)/.test(base.tag))
        yield { message: `${image} changes the Python minor release when a new one comes out.`, where };
      else if (base.name === "python" && base.distribution?.release === undefined)
        yield {
          message: `${image} does not name a distribution release, so the system libraries change with it.`,
          where,
          severity: "note",
        };
    }
  },
};
