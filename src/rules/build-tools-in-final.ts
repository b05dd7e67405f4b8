import { changed, healthy, inBuilder, slim, startLine } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { packagesLeft } from "./queries/packages.ts";
import { at, find, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const tools =
  /^(build-essential|build-base|gcc(-\d+)?|g\+\+(-\d+)?|gcc-c\+\+|clang(-\d+)?|llvm(-\d+)?|make|cmake|ninja-build|cargo|rustc|rust|golang(-go)?|go|pkg-config|pkgconf(ig)?|alpine-sdk|autoconf|automake|libtool|linux-headers|.+-dev(el)?|.+-headers)$/;

const apk = (flags: string): string => `RUN apk add --no-cache ${flags}libpq musl-dev postgresql-dev pkgconf`;

export const buildToolsInFinal: Rule = {
  id: "build-tools-in-final",
  title: "Compilers or headers are in the shipped image",
  why: "A compiler adds 200 to 300 MB that the service never uses, brings most of the image's known vulnerabilities, and gives an intruder the means to build tools on the spot.",
  source: "Docker's best practices: multi-stage builds",
  demand: "no-build-tools",
  severity: "warning",
  confidence: "certain",
  advice:
    "Install them in a builder stage and copy only the environment. Where a library is needed to run, install its runtime package (libpq5 instead of libpq-dev).",
  aliases: [],
  numbers: ["LYR003"],
  since: "0.1.0",
  provenBy: ["build-tools-absent"],
  examples: {
    bad: [
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev && rm -rf /var/lib/apt/lists/*\nRUN`,
      ]),
      changed(
        [
          `FROM ${slim} AS builder\n`,
          `FROM ${slim} AS builder\nRUN apt-get update && apt-get install -y --no-install-recommends build-essential\n`,
        ],
        [`FROM ${slim}\n`, "FROM builder\n"],
      ),
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nARG PACKAGES="   \\
  ca-certificates   \\
  libldap2-dev"\nRUN apt-get update && apt-get install -y --no-install-recommends \${PACKAGES} && rm -rf /var/lib/apt/lists/*\nRUN`,
      ]),
      changed([`FROM ${slim}\n`, `FROM python:3.13-alpine3.22\n${apk("")}\n`]),
    ],
    good: [
      healthy,
      // Gone with the virtual package of Alpine.
      changed([
        `FROM ${slim}\n`,
        `FROM python:3.13-alpine3.22\n${apk("--virtual .build-deps ")} && apk del .build-deps\n`,
      ]),
      changed(
        [
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*\nRUN`,
        ],
        [startLine, 'CMD ["make", "run"]\n'],
      ),
      inBuilder("RUN apt-get update && apt-get install -y --no-install-recommends build-essential"),
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends gcc && apt-get purge -y gcc && rm -rf /var/lib/apt/lists/*\nRUN`,
      ]),
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN tools='gcc make' && apt-get update && apt-get install -y --no-install-recommends $tools && apt-get purge -y $tools && rm -rf /var/lib/apt/lists/*\nRUN`,
      ]),
    ],
  },
  *check({ dockerfile }) {
    // Without it an image whose command is `make run` does not start.
    const needed = startOf(dockerfile)?.argv[0];
    const found = new Map<unknown, { readonly names: string[]; readonly text: string }>();
    for (const [name, install] of packagesLeft(shippedSteps(dockerfile))) {
      if (!tools.test(name) || name === needed) continue;
      const entry = found.get(install.step.instruction) ?? { names: [], text: install.command.text };
      entry.names.push(name);
      found.set(install.step.instruction, entry);
    }
    for (const { instruction } of shippedSteps(dockerfile)) {
      const entry = found.get(instruction);
      if (entry)
        yield {
          message: `The shipped image holds ${entry.names.join(", ")}.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, entry.names[0] ?? "")),
        };
    }
  },
};
