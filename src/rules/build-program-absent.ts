import type { Dockerfile, Stage } from "../model/types.ts";
import { baseOf } from "./queries/base.ts";
import { type Command, commandsOf } from "./queries/commands.ts";
import { healthy, healthyWith, inBuilder, installing, project, slim, startLine } from "./queries/example.ts";
import { installsIn, isBrought } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find, reachable, type Step, stepsOf } from "./queries/steps.ts";
import type { Rule, RuleFinding } from "./rule.ts";

/** By distribution and release: programs that the base does not have, and the package that brings each. */
const absent: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "amazonlinux 2023": {
    useradd: "shadow-utils",
    groupadd: "shadow-utils",
    usermod: "shadow-utils",
    tar: "tar",
    gzip: "gzip",
    gunzip: "gzip",
    unzip: "unzip",
    git: "git",
    wget: "wget",
    gcc: "gcc",
    make: "make",
  },
};
/** What images that bring little beyond Python, and plain distributions, do not have: each comes by the package of its name. */
const SELDOM = /^(?:curl|wget|git|unzip|make|gcc|g\+\+)$/;
/** Of each release of Alpine: busybox has adduser and addgroup. */
const ALPINE = { useradd: "shadow", groupadd: "shadow", usermod: "shadow", bash: "bash" } as const;
const alpine = `FROM python:3.13-alpine3.22@sha256:${"e".repeat(64)}\n`;
const amazon = `FROM public.ecr.aws/amazonlinux/amazonlinux:2023@sha256:${"e".repeat(64)}\n`;
const dockerfile = (run: string): string => `${amazon}RUN ${run}\nUSER 1001:1001\n${startLine}`;

export const buildProgramAbsent: Rule = {
  id: "build-program-absent",
  title: "A build step calls a program that the base does not have",
  why: "The build stops with `useradd: command not found`, exit code 127. Amazon Linux 2023 has no user tools, no tar and no gzip; Alpine has adduser, and no useradd and no bash; slim images have neither curl nor git nor a compiler. benchling-webhook's rework met one after the other, each by a failed build.",
  source: "benchling-webhook, the move to Amazon Linux 2023",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "likely",
  advice: "Install the package that brings the program in the same or an earlier step.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({ Dockerfile: dockerfile("groupadd -r app && useradd -r -g app app") }),
      project({ Dockerfile: dockerfile("curl -fsSL https://files.example/tool.tar.gz | tar -xz -C /usr/local/bin") }),
      project({ Dockerfile: dockerfile("dnf install -y tar && curl -fsSL https://files.example/t.tgz | tar -xz") }),
      project({ Dockerfile: `${alpine}RUN useradd -u 1001 app\nUSER 1001:1001\n${startLine}` }),
      inBuilder("RUN curl -fsSLo /srv/model.bin https://files.example/model.bin"),
      inBuilder("RUN git clone --branch v1.2.0 --depth 1 https://git.example/tool.git /srv/tool"),
    ],
    good: [
      healthy,
      inBuilder(`${installing("curl")}RUN curl -fsSLo /srv/model.bin https://files.example/model.bin`),
      inBuilder(
        "RUN if command -v curl; then curl -fsSLo /srv/model.bin https://files.example/model.bin; fi; git describe || true",
      ),
      inBuilder("COPY --from=docker.example/git:2 /usr/bin/git /usr/bin/git\nRUN git --version"),
      // A script of the repository may install it.
      inBuilder("COPY app/ /src/\nRUN sh /src/setup.sh\nRUN git --version"),
      project({
        Dockerfile: healthyWith([
          `FROM ${slim} AS builder\n`,
          "FROM python:3.13-trixie AS builder\nRUN git --version\n",
        ]),
      }),
      project({ Dockerfile: `${alpine}RUN adduser -D -u 1001 app\nUSER 1001:1001\n${startLine}` }),
      project({
        Dockerfile: `${alpine}RUN apk add --no-cache shadow && useradd -u 1001 app\nUSER 1001:1001\n${startLine}`,
      }),
      project({ Dockerfile: dockerfile("dnf install -y shadow-utils && groupadd -r app && useradd -r -g app app") }),
      project({
        Dockerfile: `${amazon.trimEnd()} AS base\nRUN dnf install -y shadow-utils\nFROM base\nRUN useradd -r app\nUSER 1001:1001\n${startLine}`,
      }),
      project({
        Dockerfile: dockerfile("dnf install -y tar gzip && curl -fsSL https://files.example/t.tgz | tar -xz"),
      }),
    ],
  },
  *check({ dockerfile: file }) {
    for (const stage of reachable(file)) {
      yield* inMinimal(file, stage);
      const { distribution, name } = baseOf(rootImage(file, stage));
      const isAlpine = distribution?.name === "alpine" && /^(?:python|alpine)$/.test(name);
      const known = isAlpine ? ALPINE : absent[`${distribution?.name ?? ""} ${distribution?.release ?? ""}`];
      if (known === undefined) continue;
      for (const { step, program, needed } of missingIn(file, stage, known))
        yield {
          message: `\`${program}\` needs the package ${needed}, which is not installed by then.`,
          where: at(file, step.instruction, find(file, step.instruction, program)),
        };
    }
  },
};

/** Of bases that have none of these programs: a call that must succeed, and of which nothing brings the program. */
function* inMinimal(file: Dockerfile, stage: Stage): Generator<RuleFinding> {
  const own = stepsOf(file, stage).filter((step) => step.stage === stage && step.instruction.keyword === "RUN");
  const said = new Set<string>();
  for (const step of own) {
    const commands = commandsOf(step.instruction);
    // It asks itself whether a program is there, or a package manager is told by other means what to bring.
    if (commands.some(({ program, argv }) => ASKS.test(program) || argv.slice(1).some((word) => MANAGERS.test(word))))
      return;
    for (const [index, { program, argv, conditional }] of commands.entries()) {
      if (conditional === true || commands[index + 1]?.connection === "||" || argv[0] !== program) continue;
      if (said.has(program) || !SELDOM.test(program) || isBrought(file, stage, program) !== false) continue;
      said.add(program);
      yield {
        message: `${rootImage(file, stage)} does not have \`${program}\`, and no step installs it.`,
        where: at(file, step.instruction, find(file, step.instruction, program)),
      };
    }
  }
}

const ASKS = /^(?:which|command|type|hash)$/;
const MANAGERS = /^(?:apt|aptitude|apt-get|nala|apk|(?:micro)?dnf|yum|dpkg|(?:micro)?mamba|conda|brew)$|\.deb$/;

interface Missing {
  readonly step: Step;
  readonly program: string;
  readonly needed: string;
}

interface Call {
  readonly step: Step;
  readonly program: string;
  /** What was installed when the program is called. */
  readonly installed: ReadonlySet<string>;
}

/** The programs that a stage and what it stands on call, in order. */
function* callsIn(file: Dockerfile, stage: Stage): Generator<Call> {
  const installed = new Set<string>();
  for (const step of stepsOf(file, stage)) {
    if (step.instruction.keyword !== "RUN") continue;
    const installs = new Map(installsIn([step]).map((one) => [one.command, one.packages]));
    for (const command of commandsOf(step.instruction)) {
      for (const name of installs.get(command) ?? []) installed.add(name);
      for (const program of programsOf(command)) yield { step, program, installed };
    }
  }
}

/** What the stage itself calls and does not have by then; each package is named once. */
function missingIn(file: Dockerfile, stage: Stage, known: Readonly<Record<string, string>>): readonly Missing[] {
  const missing = new Map<string, Missing>();
  for (const { step, program, installed } of callsIn(file, stage)) {
    const needed = Object.hasOwn(known, program) ? known[program] : undefined;
    if (needed === undefined || step.stage !== stage || hasPackage(installed, needed)) continue;
    if (!missing.has(needed)) missing.set(needed, { step, program, needed });
  }
  return [...missing.values()];
}

/** `tar -z` starts gzip. A call by path may be of something that was unpacked before. */
function programsOf({ argv }: Command): readonly string[] {
  const [program = "", first = ""] = argv;
  const zipped = program === "tar" && (/^-?[a-yA-Y]*z/.test(first) || argv.includes("--gzip"));
  return zipped ? [program, "gzip"] : [program];
}

/** `git` is in git-core too, and a variable may name anything. */
const hasPackage = (installed: ReadonlySet<string>, needed: string): boolean =>
  installed.has(needed) || installed.has(`${needed}-core`) || [...installed].some((name) => /^@|\$[\w{]/.test(name));
