import { changed, healthy, project, healthyWith, slim } from "./queries/example.ts";
import { packagesLeft } from "./queries/packages.ts";
import { programsNeeded } from "./queries/programs.ts";
import { at, find, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const tools: Readonly<Record<string, string>> = {
  git: "git",
  vim: "vim",
  nano: "nano",
  emacs: "emacs",
  "openssh-client": "ssh",
  "openssh-server": "sshd",
  telnet: "telnet",
  strace: "strace",
  gdb: "gdb",
  tmux: "tmux",
  "net-tools": "netstat",
  nmap: "nmap",
};
const install = (name: string): string =>
  `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends ${name} && rm -rf /var/lib/apt/lists/*\nRUN`;

export const vcsOrDebugToolInFinal: Rule = {
  id: "vcs-or-debug-tool-in-final",
  title: "A development tool is in the shipped image",
  why: "git, editors and debuggers are not needed to answer requests, make the image larger and help an intruder. Remove one only when nothing calls it: RAGstar's image lost git and the library that called it broke a day later.",
  source: "RAGstar 33f4ec7; hadolint DL3001 sees only the call",
  demand: "no-build-tools",
  severity: "note",
  confidence: "likely",
  advice: "Install it in the builder if the build needs it, and prove with a run that nothing needs it afterwards.",
  aliases: ["DL3001", "CIS-DI-0003", "DF060", "nonsensical-command"],
  numbers: ["LYR004"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [changed([`FROM ${slim}\nRUN`, install("git")])],
    good: [
      healthy,
      project({
        Dockerfile: healthyWith([`FROM ${slim}\nRUN`, install("git")]),
        "pyproject.toml":
          '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["gitpython==3.1.45"]\n',
        "uv.lock": "",
      }),
    ],
  },
  *check({ dockerfile, service }) {
    const used = new Set(programsNeeded(service).map(({ program }) => program));
    for (const [name, { step }] of packagesLeft(shippedSteps(dockerfile))) {
      const program = tools[name];
      if (program === undefined || used.has(program)) continue;
      yield {
        message: `The shipped image installs ${name}, and nothing in the service was seen to call ${program}.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, name)),
      };
    }
  },
};
