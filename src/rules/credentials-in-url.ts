import { changed, healthy, slim } from "./queries/example.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

/** A scheme has some letters: without an end, each part of `a.a.a…` would be followed to the end of the line. */
const url = /\b[a-z][a-z0-9+.-]{0,60}:\/\/[^\s:/@"'$]*:([^\s@/"']+)@[^\s"']+/gi;
/** Passwords that everybody writes into examples still are passwords in an image, but a variable is none. */
const variable = /^\$|^<.*>$|^\*+$/;

export const credentialsInUrl: Rule = {
  id: "credentials-in-url",
  title: "A URL in the Dockerfile holds a password",
  why: "ENV, ARG and RUN texts are kept in the image's history: everybody who can pull the image reads the password with `docker history`. A default of this kind also lets a container start against the wrong database when its real setting is missing.",
  source: "Docker's documentation: build secrets",
  demand: "no-secrets",
  severity: "error",
  confidence: "certain",
  advice:
    "Give the value when the container starts; for a package index use `RUN --mount=type=secret,…`. Change the password: it has been published.",
  aliases: ["index-credentials-in-layer", "DF013"],
  numbers: ["SEC002", "UV020"],
  since: "0.1.0",
  provenBy: ["no-secrets-in-layers"],
  examples: {
    bad: [
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV DATABASE_URL=postgresql://app:hunter22@db:5432/app\nRUN`]),
      changed(["uv sync --locked", "UV_INDEX_URL=https://ci:tok3nvalue@packages.example/simple uv sync --locked"]),
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN pip install --no-cache-dir git+https://bot:ghx_123456@git.example/team/lib.git\nRUN`,
      ]),
    ],
    good: [
      healthy,
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV DATABASE_URL=postgresql://db:5432/app\nRUN`]),
      changed(["uv sync --locked", "UV_INDEX_URL=https://ci:$TOKEN@packages.example/simple uv sync --locked"]),
    ],
  },
  *check({ dockerfile }) {
    const args = dockerfile.globalArgs.map((instruction) => ({ instruction }));
    for (const { instruction } of [...args, ...reachableSteps(dockerfile)]) {
      // Most have no such sign, and the pattern is a costly one.
      if (!instruction.args.includes("@")) continue;
      for (const match of instruction.args.matchAll(url)) {
        if (variable.test(match[1] ?? "")) continue;
        const shown = match[0].replace(`:${match[1] ?? ""}@`, ":…@");
        yield {
          message: `${instruction.keyword} holds a URL with a password: ${shown}`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, match[0])),
        };
      }
    }
  },
};
