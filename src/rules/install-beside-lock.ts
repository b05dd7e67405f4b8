import { isPylock } from "../project/lock-pylock.ts";
import { changed, healthy, syncLine } from "./queries/example.ts";
import { namedPackages, pythonInstalls } from "./queries/installs.ts";
import { at, find, lineage, shippedStage } from "./queries/steps.ts";
import { envOfCommand } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

export const installBesideLock: Rule = {
  id: "install-beside-lock",
  title: "A package is installed beside the lock",
  why: "Often it is the server or the driver of the database. No lock holds its version or those of what it needs, so two builds of one commit differ, it may replace a locked version, and whoever tidies the Dockerfile up loses it.",
  source: "ppm2-mini-projek-backend: gunicorn, psycopg2-binary; find-moj-data",
  demand: "locked-versions",
  severity: "warning",
  confidence: "certain",
  advice: "Make it a dependency, `uv add gunicorn`, or a group that the image installs, and remove the extra step.",
  aliases: ["DL3013", "DF051"],
  since: "0.1.0",
  provenBy: ["distributions-as-locked"],
  examples: {
    bad: [
      changed([syncLine, `${syncLine}RUN uv pip install --no-cache gunicorn psycopg2-binary\n`]),
      changed([syncLine, `${syncLine}RUN .venv/bin/pip install --no-cache-dir gunicorn==23.0.0\n`]),
    ],
    good: [
      healthy,
      changed([syncLine, `RUN pip install --no-cache-dir uv==0.9.8\n${syncLine}`]),
      changed([syncLine, `${syncLine}RUN uv pip install --no-deps .\n`]),
      // A tool of the build, which does not leave the stage.
      changed([syncLine, `RUN pip install --no-cache-dir awscli==1.42.0\n${syncLine}`]),
      changed([syncLine, `RUN uv pip install --system --no-cache awscli==1.42.0\n${syncLine}`]),
    ],
  },
  *check({ dockerfile, service }) {
    if (service.lock === undefined || !service.lock.tracked) return;
    const all = pythonInstalls(dockerfile);
    if (!all.some(({ tool, ofProject, items }) => ofProject && (tool !== "pip" || items.files.some(isPylock)))) return;
    const shipped = shippedStage(dockerfile);
    const kept = new Set(shipped === undefined ? [] : lineage(dockerfile, shipped));
    for (const { step, command, items, call } of all) {
      const names = call.verb === "wheel" ? [] : namedPackages(items, service).map(({ name }) => name);
      if (names.length === 0) continue;
      const env = envOfCommand(dockerfile, step, command);
      const inEnvironment =
        (command.program === "uv" && !command.argv.includes("--system")) ||
        /venv/.test(`${command.argv[0] ?? ""} ${env.get("PATH") ?? ""}`);
      if (!kept.has(step.stage) && !inEnvironment) continue;
      yield {
        message: `\`${command.text}\` installs ${names.join(", ")}, which ${service.lock.path} does not decide.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
      };
    }
  },
};
