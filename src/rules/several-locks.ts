import { healthy, healthyDockerfile, healthyWith, project, syncLine } from "./queries/example.ts";
import { isTable, tableAt, textAt } from "../project/toml.ts";
import { normalName } from "../project/requirement.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

/** Lock files of managers for one and the same project. */
const LOCKS: Readonly<Record<string, string>> = {
  "uv.lock": "uv",
  "poetry.lock": "poetry",
  "pdm.lock": "pdm",
  "Pipfile.lock": "pipenv",
};

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
  source: "python-services.md: projects between two managers",
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
    const found = Object.keys(LOCKS).filter((file) => service.files.includes(file));
    const used = service.lock?.path;
    if (used !== undefined && /(?:^|\/)pylock[\w.-]*\.toml$/.test(used)) yield* besideStandard(input);
    if (used === undefined || !found.includes(used)) return;
    for (const file of found)
      if (file !== used)
        yield {
          message: `${file} lies beside ${used}, by which ${LOCKS[used]} installs the dependencies.`,
          where: { file, line: 1 },
        };
  },
};

/** pipenv can write both; they say the same until one is made anew without the other. */
function* besideStandard({ service, read }: RuleInput): Generator<RuleFinding> {
  const file = "Pipfile.lock";
  const locked = tableAt(parsed(read?.(file)), "default");
  const differing = Object.entries(locked).flatMap(([name, entry]) => {
    const version = textAt(entry, "version")?.replace(/^==/, "");
    const other = service.lock?.packages.find((one) => one.name === normalName(name))?.version;
    return version === undefined || other === undefined || other === version
      ? []
      : [`${name} ${version}, not ${other}`];
  });
  if (differing.length === 0) return;
  const shown = `${differing.slice(0, 3).join("; ")}${differing.length > 3 ? "; …" : ""}`;
  yield {
    message: `${file} lies beside ${service.lock?.path}, by which the image is installed, and names other versions: ${shown}.`,
    where: { file, line: 1 },
    advice: "Make both from the same Pipfile (`pipenv lock`), or keep the one that the image installs by.",
  };
}

function parsed(text: string | undefined): unknown {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return isTable(value) ? value : {};
  } catch {
    return {};
  }
}
