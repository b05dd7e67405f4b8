import { expandWord } from "../dockerfile/expand.ts";
import type { Dockerfile, Stage } from "../model/types.ts";
import type { Command } from "./queries/commands.ts";
import { healthy, inBuilder } from "./queries/example.ts";
import { option } from "./queries/start.ts";
import { at, find, reachable, type Step } from "./queries/steps.ts";
import { envOfCommand, runCommands } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

const URL = "https://git.example/tool.git";

export const gitCloneNotPinned: Rule = {
  id: "git-clone-not-pinned",
  title: "What is cloned from git depends on the day of the build",
  why: "Without a commit or a tag the build takes what the branch holds that day: two builds of one commit differ, a rollback does not bring the old code back, and a cached layer keeps an old one without a sign. Whoever may push there decides what runs here.",
  source: "git-clone(1); docs.docker.com, ADD of git repositories",
  demand: "exact-bases-and-tools",
  severity: "warning",
  confidence: "certain",
  advice:
    "Name a tag and check the commit: `git clone --branch v1.2.3 …`, `git checkout <commit>`, or `ADD https://….git#<commit> /src`.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      inBuilder(`RUN git clone --depth 1 ${URL} && make -C tool install`),
      inBuilder(`RUN git clone -b main ${URL} /src`),
      inBuilder(`ARG REF=master\nRUN git clone ${URL} /src && cd /src && git checkout "$REF"`),
      inBuilder(`ARG REF=main\nRUN export REF && git clone -b "$REF" ${URL} /src`),
      inBuilder(`RUN git clone ${URL} a && git -C a checkout 8f2b1c4\nRUN git clone https://git.example/other.git`),
      inBuilder(`ADD ${URL} /src`),
    ],
    good: [
      healthy,
      inBuilder(`RUN git clone --depth 1 --branch v1.2.3 ${URL} && make -C tool install`),
      inBuilder(`RUN git clone ${URL} && cd tool && git checkout 8f2b1c4`),
      inBuilder(`RUN git clone ${URL} /src\nWORKDIR /src\nRUN git reset --hard 8f2b1c4`),
      inBuilder(`RUN git clone ${URL} a && git clone ${URL} b && git -C a checkout v1 && git -C b checkout v2`),
      inBuilder(`ARG REF=v1.2.3\nRUN git clone -b "$REF" ${URL} /src`),
      // The build has to name it.
      inBuilder(`ARG REF\nRUN git clone --branch=\${REF} ${URL} /src`),
      inBuilder("RUN git clone /mirror/tool.git /src"),
      inBuilder(`ADD ${URL}#8f2b1c4 /src`),
    ],
  },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile))
      for (const { step, command, url, moves } of unpinnedIn(dockerfile, stage))
        yield {
          message: `${url} is cloned ${moves === undefined ? "without a tag or a commit" : `at ${moves}, which moves`}.`,
          where: at(dockerfile, step.instruction, command && find(dockerfile, step.instruction, command.text)),
        };
  },
};

interface Unpinned {
  readonly step: Step;
  readonly command?: Command;
  readonly url: string;
  /** The branch that it follows by name. */
  readonly moves?: string;
}

/** Read from the end: a checkout belongs to the last clone before it that has none yet. */
function unpinnedIn(dockerfile: Dockerfile, stage: Stage): readonly Unpinned[] {
  const cloned: Unpinned[] = [];
  let checkouts = 0;
  for (const { step, command } of runCommands(stage).toReversed()) {
    if (command.program !== "git") continue;
    if (pins(dockerfile, step, command)) checkouts += 1;
    const url = command.argv.includes("clone") ? command.argv.find((word) => REMOTE.test(word)) : undefined;
    if (url === undefined) continue;
    const branch = option(command.argv, "-b", "--branch", "--revision");
    const moves = branch === undefined ? undefined : movingName(dockerfile, step, command, branch);
    if (checkouts > 0) checkouts -= 1;
    else if (branch === undefined) cloned.push({ step, command, url });
    else if (moves !== undefined) cloned.push({ step, command, url, moves });
  }
  return [...added(stage), ...cloned.toReversed()];
}

const added = (stage: Stage): readonly Unpinned[] =>
  stage.instructions
    .filter(({ keyword }) => keyword === "ADD")
    .flatMap((instruction) =>
      instruction.words
        .filter((word) => /^https?:\/\/\S+\.git$/.test(word))
        .map((url) => ({ step: { stage, instruction }, url })),
    );

const REMOTE = /^(?:https?|git|ssh|git\+ssh):\/\/|^[\w.-]+@[\w.-]+:/;

/** A checkout of something that stays what it is, or that we cannot tell. */
function pins(dockerfile: Dockerfile, step: Step, command: Command): boolean {
  const { argv } = command;
  if (!argv.some((word) => /^(?:checkout|switch|reset)$/.test(word))) return false;
  const target = argv.slice(1).findLast((word) => !word.startsWith("-"));
  if (target === undefined || /^(?:checkout|switch|reset)$/.test(target)) return false;
  return movingName(dockerfile, step, command, target) === undefined;
}

/** Names that are branches wherever they are met. One with a number may be a tag. */
const MOVES =
  /^(?:(?:refs\/heads|origin)\/)?(?:main|master|trunk|dev|devel|develop|development|next|nightly|edge|latest|stable|HEAD)$/;

function movingName(dockerfile: Dockerfile, step: Step, command: Command, written: string): string | undefined {
  const name = expandWord(written, envOfCommand(dockerfile, step, command), { unset: "default" }).value;
  return MOVES.test(name) ? name : undefined;
}
