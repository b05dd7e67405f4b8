import type { Base } from "./queries/base.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { movedVenvs } from "./queries/moved-venv.ts";
import type { Rule } from "./rule.ts";

const debian = ["stretch", "buster", "bullseye", "bookworm", "trixie"];

export const builderRuntimeLibcMismatch: Rule = {
  id: "builder-runtime-libc-mismatch",
  title: "Builder and runtime are different distributions or releases",
  why: "Native modules built or chosen for one C library do not load on another: musl against glibc always, a newer glibc against an older one often. The failure shows at import, not in the build.",
  source: "PEP 600 and PEP 656: platform tags of wheels",
  demand: "allowed-python",
  severity: "error",
  confidence: "likely",
  advice: "Use the same release in both stages, for example bookworm in both or trixie in both.",
  aliases: [],
  numbers: ["IMG008"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed([`FROM ${slim}\n`, "FROM python:3.13-alpine3.22\n"]),
      changed([`FROM ${slim}\n`, "FROM python:3.13-slim-bookworm\n"]),
      changed([`FROM ${slim} AS builder`, "FROM ghcr.io/astral-sh/uv:0.9.8-python3.13-bookworm-slim AS builder"]),
    ],
    good: [
      healthy,
      changed([`FROM ${slim} AS builder`, "FROM ghcr.io/astral-sh/uv:0.9.8-python3.13-trixie-slim AS builder"]),
    ],
  },
  *check(input) {
    for (const { built, runs, place } of movedVenvs(input)) {
      const difference = compare(built, runs);
      if (!difference) continue;
      yield {
        message: `The environment is built on ${built.reference} and runs on ${runs.reference}: ${difference.what}.`,
        severity: difference.fatal ? "error" : "warning",
        ...place,
      };
    }
  },
};

function compare(built: Base, runs: Base): { readonly what: string; readonly fatal: boolean } | undefined {
  const from = built.distribution;
  const to = runs.distribution;
  if (!from || !to) return undefined;
  if (from.name === to.name) {
    if (from.release === undefined || to.release === undefined || from.release === to.release) return undefined;
    const newer = from.name === "debian" && debian.indexOf(from.release) > debian.indexOf(to.release);
    return { what: `${from.name} ${from.release} against ${to.release}`, fatal: newer };
  }
  const musl = from.name === "alpine" || to.name === "alpine";
  return { what: musl ? "musl against glibc" : `${from.name} against ${to.name}`, fatal: musl };
}
