import type { Base } from "./queries/base.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { movedVenvs } from "./queries/moved-venv.ts";
import { flag, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const venvInterpreterAbsent: Rule = {
  id: "venv-interpreter-absent",
  title: "The environment's interpreter has another path in the shipped image",
  why: "`bin/python` of an environment is a link to the Python it was made with: /usr/local/bin of the official image, /usr/bin of a distribution. On a base of the other kind the link dangles, also when both have the same release: `no such file or directory`, of a file that is there.",
  source: "seen in fastapi-uv; basic-memory #510",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice: "Build and run on the same base image.",
  aliases: [],
  numbers: ["IMG007"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed([
        `FROM ${slim}\n`,
        "FROM debian:trixie-slim\nRUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*\n",
      ]),
      changed([
        `FROM ${slim} AS builder\n`,
        "FROM debian:trixie-slim AS builder\nRUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv\n",
      ]),
    ],
    good: [
      healthy,
      changed([`FROM ${slim} AS builder`, "FROM ghcr.io/astral-sh/uv:0.9.8-python3.13-trixie-slim AS builder"]),
      changed([`FROM ${slim}\n`, `FROM debian:trixie-slim\nCOPY --from=${slim} /usr/local /usr/local\n`]),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const brought = shippedSteps(dockerfile).some(
      ({ instruction }) =>
        flag(instruction, "from") !== undefined &&
        /^\/(?:usr(?:\/local)?)?\/?(?:bin\/?)?$/.test(instruction.words.at(-1) ?? ""),
    );
    if (brought) return;
    for (const { built, runs, place } of movedVenvs(input)) {
      const [from, to] = [folderOf(built), folderOf(runs)];
      if (from === undefined || to === undefined || from === to) continue;
      yield {
        message: `The environment's Python is a link into ${from} of ${built.reference}; ${runs.reference} has its own in ${to}.`,
        ...place,
      };
    }
  },
};

/** Where an image has its Python. */
function folderOf({ name, python }: Base): string | undefined {
  if (python !== undefined) return "/usr/local/bin";
  return /^(?:debian|ubuntu|alpine|amazonlinux|fedora)$/.test(name) ? "/usr/bin" : undefined;
}
