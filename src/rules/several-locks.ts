import { inProject } from "../project/project-folder.ts";
import { LOCKS, managerOfLock } from "../project/lock-names.ts";
import { readPipfileLock } from "../project/lock-pipenv.ts";
import { isPylock } from "../project/lock-pylock.ts";
import { MAIN } from "../project/lock-reading.ts";
import { healthy, healthyDockerfile, healthyWith, project, syncLine } from "./queries/example.ts";
import { some } from "./queries/some.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

/** pip installs by a pylock.toml with flask 3.1.0, beside a Pipfile.lock. */
const byPylock = (version: string) =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      "COPY pylock.toml ./\nRUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -r pylock.toml\n",
    ]),
    "uv.lock": "",
    "pyproject.toml": "",
    Pipfile: '[packages]\nflask = "*"\n',
    "Pipfile.lock": JSON.stringify({ default: { flask: { version: `==${version}` } }, develop: {} }),
    "pylock.toml": 'lock-version = "1.0"\ncreated-by = "pip"\n[[packages]]\nname = "flask"\nversion = "3.1.0"\n',
  });

export const severalLocks: Rule = {
  id: "several-locks",
  title: "Two managers have a lock for the same project",
  why: "Only one of them decides what the image holds. The other grows old unseen: whoever installs by it develops and tests other versions than run in production.",
  source: "projects that moved from one manager to another",
  demand: "locked-versions",
  severity: "warning",
  confidence: "likely",
  advice:
    "Keep the lock of the manager that the image installs with, and remove the other with its section of pyproject.toml.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["distributions-as-locked"],
  examples: {
    bad: [project({ Dockerfile: healthyDockerfile, "poetry.lock": "package = []\n" }), byPylock("3.0.3")],
    good: [
      healthy,
      // A list that is made from the lock, and the lock of another project.
      project({ Dockerfile: healthyDockerfile, "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n" }),
      project({ Dockerfile: healthyDockerfile, "tools/poetry.lock": "package = []\n" }),
      // One is made from the other.
      byPylock("3.1.0"),
    ],
  },
  *check(input) {
    const { service } = input;
    const used = service.lock?.path ?? "";
    if (isPylock(used)) yield* besideStandard(input);
    const manager = managerOfLock(used);
    if (manager === undefined || !service.files.includes(used)) return;
    for (const { lock } of Object.values(LOCKS)) {
      const file = inProject(service.projectFolder, lock);
      if (file !== used && service.files.includes(file))
        yield {
          message: `${file} lies beside ${used}, by which ${manager} installs the dependencies.`,
          where: { file, line: 1 },
        };
    }
  },
};

/** pipenv can write both; they say the same until one is made anew without the other. */
function* besideStandard({ service, read }: RuleInput): Generator<RuleFinding> {
  const file = "Pipfile.lock";
  const locked = readPipfileLock(file, read?.(file) ?? "{}", []).installs({
    section: MAIN,
    roots: [],
    holds: () => undefined,
  });
  const differing = [...locked].flatMap(({ name, version }) => {
    const other = service.lock?.packages.find((one) => one.name === name)?.version;
    return version === "" || other === undefined || other === version ? [] : [`${name} ${version}, not ${other}`];
  });
  if (differing.length === 0) return;
  yield {
    message: `${file} lies beside ${service.lock?.path}, by which the image is installed, and names other versions: ${some(differing, 3, "; ")}.`,
    where: { file, line: 1 },
    advice: "Make both from the same Pipfile (`pipenv lock`), or keep the one that the image installs by.",
  };
}
