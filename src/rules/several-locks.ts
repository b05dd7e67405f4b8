import { healthy, healthyDockerfile, project } from "./queries/example.ts";
import type { Rule } from "./rule.ts";

/** Lock files of managers for one and the same project. */
const LOCKS: Readonly<Record<string, string>> = {
  "uv.lock": "uv",
  "poetry.lock": "poetry",
  "pdm.lock": "pdm",
  "Pipfile.lock": "pipenv",
};

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
    bad: [project({ Dockerfile: healthyDockerfile, "poetry.lock": "package = []\n" })],
    good: [
      healthy,
      // A list that is made from the lock, and the lock of another project.
      project({ Dockerfile: healthyDockerfile, "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n" }),
      project({ Dockerfile: healthyDockerfile, "tools/poetry.lock": "package = []\n" }),
    ],
  },
  *check({ service }) {
    const found = Object.keys(LOCKS).filter((file) => service.files.includes(file));
    const used = service.lock?.path;
    if (used === undefined || !found.includes(used)) return;
    for (const file of found)
      if (file !== used)
        yield {
          message: `${file} lies beside ${used}, by which ${LOCKS[used]} installs the dependencies.`,
          where: { file, line: 1 },
        };
  },
};
