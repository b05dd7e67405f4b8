import { changed, healthy } from "./queries/example.ts";
import { envAtStart, startOf } from "./queries/start.ts";
import { at, find } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const pythonOptimized: Rule = {
  id: "python-optimized",
  title: "Python leaves out assertions or docstrings",
  why: "With `-O` every `assert` is gone, those of libraries that check their input by them included; with `-OO` docstrings are gone as well, and libraries that read them at run time (parsers made from docstrings, command line helps) break or change. It makes hardly anything faster.",
  source: "HHS keeps docstrings for jsonpath_ng; Python's manual, command line",
  demand: "starts-directly",
  severity: "note",
  confidence: "likely",
  advice: "Remove PYTHONOPTIMIZE, `-O` and `-OO`, unless the tests run with the same.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      changed(["PYTHONUNBUFFERED=1\nUSER", "PYTHONUNBUFFERED=1 PYTHONOPTIMIZE=2\nUSER"]),
      changed(['CMD ["uvicorn"', 'CMD ["python", "-OO", "-m", "uvicorn"']),
    ],
    good: [healthy, changed(["PYTHONUNBUFFERED=1\nUSER", "PYTHONUNBUFFERED=1 PYTHONOPTIMIZE=\nUSER"])],
  },
  *check({ dockerfile }) {
    const set = envAtStart(dockerfile).get("PYTHONOPTIMIZE");
    if (set !== undefined && !/^0?$/.test(set.value))
      yield {
        message: `PYTHONOPTIMIZE is ${set.value}: ${lost(Number(set.value) >= 2)}.`,
        where: at(dockerfile, set.instruction, find(dockerfile, set.instruction, "PYTHONOPTIMIZE")),
      };
    const start = startOf(dockerfile);
    if (!start || !/^python[\d.]*$/.test(start.argv[0]?.split("/").at(-1) ?? "")) return;
    const module = start.argv.indexOf("-m");
    const option = start.argv.slice(1, module < 0 ? 2 : module).find((word) => /^-OO?$/.test(word));
    if (option !== undefined)
      yield {
        message: `Python is started with ${option}: ${lost(option === "-OO")}.`,
        where: at(dockerfile, start.instruction),
      };
  },
};

const lost = (docstrings: boolean): string =>
  docstrings ? "assertions and docstrings are left out" : "assertions are left out";
