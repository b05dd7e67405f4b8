import { baseOf } from "./queries/base.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { rootImage } from "./queries/settings.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const commandWithoutProgram: Rule = {
  id: "command-without-program",
  title: "The command begins with an option, and the base has no ENTRYPOINT to give it to",
  why: '`CMD ["-m", "app"]` is only right on a base whose ENTRYPOINT is `python`. When the base is exchanged, for a slim one for example, the container ends with `exec: "-m": executable file not found`.',
  source: "seen in DEFRA",
  demand: "found-when-started",
  severity: "error",
  confidence: "certain",
  advice: 'Name the program: `CMD ["python", "-m", "app"]`.',
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [changed(['CMD ["uvicorn"', 'CMD ["-m", "uvicorn"'])],
    good: [
      healthy,
      changed(['CMD ["uvicorn"', 'ENTRYPOINT ["python"]\nCMD ["-m", "uvicorn"']),
      changed(
        ['CMD ["uvicorn"', 'CMD ["-m", "uvicorn"'],
        [`FROM ${slim}\nRUN`, "FROM registry.example/our-python:3.13@sha256:aaaa\nRUN"],
      ),
    ],
  },
  *check({ dockerfile }) {
    const start = startOf(dockerfile);
    const [first = ""] = start?.argv ?? [];
    if (!start || start.form !== "exec" || start.wrappers.length > 0 || !/^-./.test(first)) return;
    const base = baseOf(rootImage(dockerfile, start.stage));
    // Only images of which it is known that they have none.
    if (base.name !== "python" && base.name !== "debian" && base.name !== "ubuntu" && base.name !== "alpine") return;
    yield {
      message: `The command begins with ${first}, and ${base.reference} has no ENTRYPOINT.`,
      where: at(dockerfile, start.instruction),
    };
  },
};
