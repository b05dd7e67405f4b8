import { lineAt } from "../kit/lines.ts";
import { stageState } from "../dockerfile/stages.ts";
import type { Dockerfile, Heredoc, Instruction } from "../model/types.ts";
import { edited, type Mended } from "./queries/fixes.ts";
import { changed, healthy, startLine } from "./queries/example.ts";
import { reachableSteps, type Step } from "./queries/steps.ts";
import { some } from "./queries/some.ts";
import type { Rule } from "./rule.ts";

const written = (end: string, last: string, first = "") =>
  changed([
    startLine,
    `COPY --chmod=755 <<${end} /start.sh\n#!/bin/sh\nset -e\n${first}${last}\nEOF\nENTRYPOINT ["/start.sh"]\n${startLine}`,
  ]);

export const heredocExpandedInBuild: Rule = {
  id: "heredoc-expanded-in-build",
  title: "The build fills in the variables of a script that the container should read",
  why: 'In `COPY <<EOF` BuildKit puts values in the place of `$@`, `$1` and `${PORT:-8000}` before the file is written. What the Dockerfile does not know becomes nothing: of `exec "$@"` there is left `exec ""`, and a port with a default is fixed for good.',
  source: "Docker's reference: here-documents",
  demand: "configured-from-outside",
  severity: "error",
  confidence: "certain",
  advice:
    "Put the name behind `<<` in quotes, `COPY <<'EOF' /start.sh`, or write `\\$` where the script is to read it.",
  aliases: [],
  since: "0.1.0",
  fixes: "puts the name of the heredoc in quotes, where nothing of it is the build's.",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      written("EOF", 'exec "$@"'),
      written("EOF", "exec uvicorn app.main:app --host 0.0.0.0 --port ${PORT:-8000}"),
      written("EOF", "exec uvicorn app.main:app --workers $workers", "workers=$(nproc)\n"),
    ],
    good: [
      healthy,
      written("'EOF'", 'exec "$@"'),
      written("EOF", 'exec "\\$@"'),
      written("EOF", "exec uvicorn app.main:app --workers $(nproc)"),
      changed([
        "EXPOSE",
        "ARG VERSION=1\nCOPY <<EOF /app/version.sh\n#!/bin/sh\necho $VERSION\nEOF\nCOPY <<EOF /etc/limits\nprice $5\nEOF\nEXPOSE",
      ]),
    ],
  },
  *check({ dockerfile }) {
    for (const step of reachableSteps(dockerfile)) {
      const { keyword, heredocs } = step.instruction;
      if (heredocs.length === 0 || (keyword !== "COPY" && keyword !== "ADD")) continue;
      for (const heredoc of heredocs) {
        if (!heredoc.expand || !/^\s*#!/.test(heredoc.content)) continue;
        const { lost, kept, first } = variablesOf(dockerfile, step, heredoc);
        if (lost.length === 0) continue;
        yield {
          message: `The build puts in a value for ${some(lost)}, which the script is to read when it runs.`,
          where: { file: dockerfile.path, line: lineAt(dockerfile.text, heredoc.range.start + first) },
          ...(kept ? {} : quoted(dockerfile, step.instruction, heredoc)),
        };
      }
    }
  },
};

interface Variables {
  /** Those that the Dockerfile does not set, as written. */
  readonly lost: readonly string[];
  /** It sets some, or the script has a `\$` for the build to take off. */
  readonly kept: boolean;
  /** Where the first of the lost ones stands. */
  readonly first: number;
}

function variablesOf(dockerfile: Dockerfile, { stage, instruction }: Step, { content }: Heredoc): Variables {
  const { env, args } = stageState(dockerfile, stage, { before: instruction });
  const lost = new Set<string>();
  let kept = /\\[$"\\]/.test(content);
  let first = -1;
  for (const { 0: text, 1: name = "", index } of content.matchAll(/(?<!\\)\$\{?([A-Za-z_]\w*|[@*#?\d])[^\s"'}]*\}?/g)) {
    if (env.has(name) || args.has(name)) kept = true;
    else {
      if (first < 0) first = index;
      lost.add(text.startsWith("${") ? text : `$${name}`);
    }
  }
  return { lost: [...lost], kept, first };
}

/** Quotes around the name where it is announced. */
function quoted({ text, path }: Dockerfile, { range }: Instruction, { name }: Heredoc): Mended {
  const head = text.slice(range.start, range.end).split("\n", 1)[0] ?? "";
  const places = [...head.matchAll(/<<-?/g)];
  const [only] = places;
  if (only === undefined || places.length > 1 || !head.startsWith(name, only.index + only[0].length)) return {};
  const start = range.start + only.index + only[0].length;
  return edited("Quote the heredoc's name", { file: path, start, end: start + name.length, text: `'${name}'` });
}
