import { changed, healthy, slim } from "./queries/example.ts";
import { movedVenvs } from "./queries/moved-venv.ts";
import type { Rule } from "./rule.ts";

const minor = (version: string): string => version.split(".").slice(0, 2).join(".");

export const builderRuntimePythonMismatch: Rule = {
  id: "builder-runtime-python-mismatch",
  title: "The environment is built with one Python and run with another",
  why: "An environment belongs to one minor release: its packages lie in lib/python3.x and its native modules are compiled for it. Copied beside another Python it imports nothing.",
  source: "Python's manual, venv: environments are bound to their interpreter",
  demand: "allowed-python",
  severity: "error",
  confidence: "certain",
  advice: "Build and run on the same image, or at least on the same Python minor release and distribution release.",
  aliases: [],
  numbers: ["IMG007"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed([`FROM ${slim}\n`, "FROM python:3.12-slim-trixie\n"]),
      changed([`FROM ${slim} AS builder`, "FROM ghcr.io/astral-sh/uv:0.9.8-python3.12-trixie-slim AS builder"]),
    ],
    good: [
      healthy,
      changed([`FROM ${slim} AS builder`, "FROM ghcr.io/astral-sh/uv:0.9.8-python3.13-trixie-slim AS builder"]),
    ],
  },
  *check(input) {
    for (const { built, runs, place } of movedVenvs(input)) {
      if (built.python === undefined || runs.python === undefined || minor(built.python) === minor(runs.python))
        continue;
      yield {
        message: `The environment was made by Python ${built.python} (${built.reference}) but runs beside Python ${runs.python} (${runs.reference}).`,
        ...place,
      };
    }
  },
};
