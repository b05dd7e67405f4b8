import { type EntrypointScript, entrypointCommands, entrypointScripts } from "./queries/entrypoint.ts";
import { changed, healthy, healthyWith, project, slim, startLine } from "./queries/example.ts";
import { type FirstProgram, firstProgram, STARTERS } from "./queries/first-program.ts";
import { hasProgram } from "./queries/packages.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { nameOf } from "./queries/start.ts";
import { at, find, shippedSteps } from "./queries/steps.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const alpine = `FROM python:3.13-alpine3.22@sha256:${"e".repeat(64)}\n`;
const users = /RUN groupadd[^]*?nologin app\n/;
const SCRIPT = 'set -e\nexec "$@"\n';
const script = (text: string, lines = 'COPY --chmod=755 docker/ /docker/\nENTRYPOINT ["/docker/start.sh"]\n') =>
  project({ Dockerfile: healthyWith([startLine, `${lines}${startLine}`]), "docker/start.sh": text });
const onAlpine = (first: string, lines?: string) => {
  const { Dockerfile = "", ...files } = script(`${first}\n${SCRIPT}`, lines);
  return { ...files, Dockerfile: Dockerfile.replaceAll(`FROM ${slim}\n`, alpine).replace(users, "") };
};
const withInit = (line: string) => changed([startLine, `${line}ENTRYPOINT ["tini", "--"]\n${startLine}`]);
const APT = "apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*";

export const starterNotInstalled: Rule = {
  id: "starter-not-installed",
  title: "What starts the service is not in the image",
  why: 'The build is green, and the container ends before a line of Python ran: `exec: "tini": executable file not found in $PATH` for an init or a gosu that nobody installed, `no such file or directory` for a script whose `#!/bin/bash` Alpine does not have.',
  source: "execve(2); docker-library/python: what the images hold",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice: "Install it in the last stage, or begin the script with `#!/bin/sh` and write it for sh.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      withInit(""),
      onAlpine("#!/bin/bash"),
      onAlpine("#!/usr/bin/env bash"),
      script('#!/bin/bash\nset -e\nexec gosu 1001 "$@"\n'),
    ],
    good: [
      healthy,
      withInit(`USER 0\nRUN ${APT}\nUSER 1001\n`),
      withInit("ADD --chmod=755 --checksum=sha256:aaaa https://files.example/tini-static /usr/local/bin/tini\n"),
      script(`#!/bin/bash\n${SCRIPT}`),
      onAlpine("#!/bin/sh"),
      // A shell is told the file's name, and reads it whatever its first line says.
      onAlpine("#!/bin/bash", 'COPY docker/ /docker/\nENTRYPOINT ["sh", "/docker/start.sh"]\n'),
      // Where the image has a user, the branch of root is not taken.
      script('#!/bin/sh\nif [ "$(id -u)" = 0 ]; then exec gosu 1001 "$@"; fi\nexec "$@"\n'),
    ],
  },
  *check(input) {
    const first = firstProgram(input);
    if (first === undefined) return;
    yield* startersAbsent(input, first);
    yield* calledByScript(input, first);
    for (const each of entrypointScripts(input)) {
      const shell = each.named && !isFirst(input, first, each) ? undefined : bashAbsent(input, first, each);
      if (shell !== undefined)
        yield {
          message: `${each.file === input.dockerfile.path ? each.destination : each.file} asks for ${shell} in its first line, which the image does not have.`,
          where: { file: each.file, line: each.firstLine },
        };
    }
  },
};

/** The kernel is given this script, and not a shell that reads it. */
function isFirst({ dockerfile }: RuleInput, { words, stage }: FirstProgram, { destination }: EntrypointScript) {
  const [program = ""] = words;
  return program.includes("/")
    ? absolute(situationAt(dockerfile, stage).workdir, program) === destination
    : program === nameOf(destination);
}

/** Inits, and what changes the user, in the array itself. */
function* startersAbsent(input: RuleInput, { stage, instruction, before }: FirstProgram): Generator<RuleFinding> {
  for (const name of before)
    if (isAbsent(input, stage, name))
      yield {
        message: `${instruction.keyword} starts ${name}, and nothing brings it.`,
        where: at(input.dockerfile, instruction, find(input.dockerfile, instruction, name)),
        advice: `Install ${name} in the last stage, or leave it out: \`docker run --init\`, \`init: true\` in Compose and \`initProcessEnabled\` on ECS bring an init.`,
      };
}

/** The same in a script, where it is reached in any case. */
function* calledByScript(input: RuleInput, { stage }: FirstProgram): Generator<RuleFinding> {
  for (const { command, place } of entrypointCommands(input)) {
    const name = nameOf((command.argv[0] === "exec" ? command.argv[1] : command.argv[0]) ?? "");
    if (command.conditional === true || !STARTERS.has(name) || !isAbsent(input, stage, name)) continue;
    yield {
      message: `\`${command.text}\` starts ${name}, and nothing brings it.`,
      where: place,
      advice: `Install ${name} in the last stage. Where USER names the service's user already, no script has to change it.`,
    };
  }
}

/** Python's packages bring an init, too; and whatever names it in a step may be what brings it. */
function isAbsent({ dockerfile, service }: RuleInput, stage: FirstProgram["stage"], name: string): boolean {
  if (hasProgram(dockerfile, stage, name) !== false || service.dependencies.runtimeClosure.includes(name)) return false;
  return !shippedSteps(dockerfile).some(
    ({ instruction: { keyword, args } }) => !/^(?:CMD|ENTRYPOINT)$/.test(keyword) && args.includes(name),
  );
}

/** bash, as the first line names it, where it is known that the image has none. */
function bashAbsent({ dockerfile }: RuleInput, { stage }: FirstProgram, { text }: EntrypointScript) {
  const [, path = "", rest = ""] = /^#!\s*(\S+)[ \t]*([^\r\n]*)/.exec(text) ?? [];
  const named = path.endsWith("/env") ? rest.split(/\s+/).find((word) => !/^-|=/.test(word)) : path;
  return nameOf(named ?? "") === "bash" && hasProgram(dockerfile, stage, "bash") === false ? named : undefined;
}
