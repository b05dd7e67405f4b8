import { nearest } from "../kit/nearest.ts";
import { changed, healthy } from "./queries/example.ts";
import { settingsOf } from "./queries/settings.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

/** What CPython 3.14 reads, and what its older releases read; without those for Windows and for builds with debugging. */
const KNOWN = [
  "PYTHONASYNCIODEBUG",
  "PYTHONBREAKPOINT",
  "PYTHONCASEOK",
  "PYTHONCOERCECLOCALE",
  "PYTHONDEBUG",
  "PYTHONDEVMODE",
  "PYTHONDONTWRITEBYTECODE",
  "PYTHONEXECUTABLE",
  "PYTHONFAULTHANDLER",
  "PYTHONHASHSEED",
  "PYTHONHOME",
  "PYTHONINSPECT",
  "PYTHONINTMAXSTRDIGITS",
  "PYTHONIOENCODING",
  "PYTHONMALLOC",
  "PYTHONMALLOCSTATS",
  "PYTHONNODEBUGRANGES",
  "PYTHONNOUSERSITE",
  "PYTHONOPTIMIZE",
  "PYTHONPATH",
  "PYTHONPERFSUPPORT",
  "PYTHONPLATLIBDIR",
  "PYTHONPROFILEIMPORTTIME",
  "PYTHONPYCACHEPREFIX",
  "PYTHONSAFEPATH",
  "PYTHONSTARTUP",
  "PYTHONTRACEMALLOC",
  "PYTHONUNBUFFERED",
  "PYTHONUSERBASE",
  "PYTHONVERBOSE",
  "PYTHONWARNDEFAULTENCODING",
  "PYTHONWARNINGS",
];

export const pythonVariableUnknown: Rule = {
  id: "python-variable-unknown",
  title: "A variable is nearly one of Python's",
  why: "Python passes over a variable that it does not know. `PYTHONBUFFERED=1` reads as if the output were no longer held back, and the reason why the service died is lost with its last lines all the same.",
  source: "CPython's documentation, Environment variables; seen in more than ten public Dockerfiles",
  demand: "log-on-streams",
  severity: "warning",
  confidence: "certain",
  advice: "Write the name as Python has it, or take the line out.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["logs-prompt"],
  examples: {
    bad: [
      changed(["PYTHONUNBUFFERED=1", "PYTHONBUFFERED=1"]),
      changed(["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 PYTHONWRITEBYTECODE=1"]),
      changed(["PYTHONUNBUFFERED=1", "PYTHONUNBUFERED=1"]),
    ],
    good: [
      healthy,
      changed([
        "PYTHONUNBUFFERED=1",
        "PYTHONUNBUFFERED=1 PYTHONUTF8=1 PYTHONHASHSEED=random PYTHONSERVICE=web PYTHON_VERSION=3.13 PYTHON_JIT=1",
      ]),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "ENV") continue;
      for (const { name } of settingsOf(instruction)) {
        if (!/^PYTHON[A-Z]{5,}$/.test(name) || KNOWN.includes(name)) continue;
        const meant = nearest(name, KNOWN, 2) ?? shortened(name);
        if (meant === undefined) continue;
        yield {
          message: `Python reads no ${name}; it reads ${meant}.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, name)),
        };
      }
    }
  },
};

/** `PYTHONWRITEBYTECODE`: the end of a name. */
const shortened = (name: string): string | undefined => {
  const end = name.slice("PYTHON".length);
  return end.length < 8 ? undefined : KNOWN.find((known) => known.endsWith(end));
};
