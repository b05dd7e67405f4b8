import { changed, healthy, slim } from "./queries/example.ts";
import { externalImages } from "./queries/images.ts";
import { at, find, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

/** Last month with security updates, as the publishers announced it. Rules have no clock: only what ended before this release counts. */
const ended: Readonly<Record<string, string>> = {
  "python 2.7": "2020-01",
  "python 3.4": "2019-03",
  "python 3.5": "2020-09",
  "python 3.6": "2021-12",
  "python 3.7": "2023-06",
  "python 3.8": "2024-10",
  "python 3.9": "2025-10",
  "python 3.10": "2026-10",
  "debian jessie": "2020-06",
  "debian stretch": "2022-06",
  "debian buster": "2024-06",
  "debian bullseye": "2026-08",
  "ubuntu 14.04": "2019-04",
  "ubuntu 16.04": "2021-04",
  "ubuntu 18.04": "2023-05",
  "ubuntu 20.04": "2025-05",
  "alpine 3.8": "2020-05",
  "alpine 3.9": "2020-11",
  "alpine 3.10": "2021-05",
  "alpine 3.11": "2021-11",
  "alpine 3.12": "2022-05",
  "alpine 3.13": "2022-11",
  "alpine 3.14": "2023-05",
  "alpine 3.15": "2023-11",
  "alpine 3.16": "2024-05",
  "alpine 3.17": "2024-11",
  "alpine 3.18": "2025-05",
  "alpine 3.19": "2025-11",
  "alpine 3.20": "2026-04",
  "alpine 3.21": "2026-11",
  "amazonlinux 2": "2026-06",
  "ubi 7": "2024-06",
  "centos 6": "2020-11",
  "centos 7": "2024-06",
  "centos 8": "2021-12",
};

export const baseEndOfLife: Rule = {
  id: "base-end-of-life",
  title: "The base gets no security updates any more",
  why: "Vulnerabilities found in this Python or distribution stay open in every image built on it, and its package mirrors are taken down, which breaks the build without warning.",
  source:
    "devguide.python.org/versions; endoflife.date; docker-library/tomcat #340 for Amazon Linux 2, falcosecurity/plugins for Debian 11",
  demand: "allowed-python",
  severity: "warning",
  confidence: "certain",
  advice: "Move to a release that is still supported.",
  aliases: [],
  numbers: ["IMG011"],
  since: "0.1.0",
  provenBy: ["no-fixable-vulnerabilities"],
  examples: {
    bad: [
      changed([`FROM ${slim}\n`, "FROM python:3.8-slim-bookworm\n"]),
      changed([`FROM ${slim}\n`, "FROM python:3.12-slim-buster\n"]),
      changed([`FROM ${slim}\n`, "FROM python:3.12-slim-bullseye\n"]),
      changed([`FROM ${slim}\n`, "FROM centos:8\n"]),
      changed([`FROM ${slim}\n`, "FROM tiangolo/uvicorn-gunicorn-fastapi:python3.8\n"]),
    ],
    good: [healthy, changed([`FROM ${slim}\n`, "FROM python:3.12-slim-bookworm\n"])],
  },
  *check({ dockerfile }) {
    const stages = new Set(reachable(dockerfile));
    for (const { image, base, step, use } of externalImages(dockerfile)) {
      if (use !== "from" || !stages.has(step.stage)) continue;
      const minor = base.python?.split(".").slice(0, 2).join(".");
      const names = [
        minor === undefined ? "" : `python ${minor}`,
        base.short === "centos" ? `centos ${/^(?:centos|stream)?(\d+)/.exec(base.tag ?? "")?.[1] ?? ""}` : "",
        base.distribution?.release === undefined ? "" : `${base.distribution.name} ${base.distribution.release}`,
      ];
      for (const name of names) {
        const month = ended[name];
        if (month === undefined) continue;
        yield {
          message: `${image}: support for ${name} ended in ${month}.`,
          where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, image)),
        };
      }
    }
  },
};
