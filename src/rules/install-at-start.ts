import type { Command } from "./queries/commands.ts";
import { changed, healthy, healthyWith, project, startLine } from "./queries/example.ts";
import { entrypointCommands } from "./queries/entrypoint.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const installAtStart: Rule = {
  id: "install-at-start",
  title: "Packages are installed when the container starts",
  why: "Each start needs the network and the package index, takes minutes instead of seconds, may bring other versions than were tested, and fails on a read-only file system.",
  source: "uv's documentation: uv run locks and syncs first; twelve-factor: build, release, run",
  demand: "starts-directly",
  severity: "error",
  confidence: "certain",
  advice: "Install in the build.",
  aliases: ["migrations-or-install-at-start"],
  numbers: ["RUN013"],
  since: "0.1.0",
  provenBy: ["no-network-needed", "read-only-root"],
  examples: {
    bad: [
      changed([startLine, 'CMD ["sh", "-c", "uv sync --frozen && exec uvicorn app.main:app"]\n']),
      project({
        Dockerfile: healthyWith([startLine, 'COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n']),
        "entrypoint.sh":
          "#!/bin/sh\nset -e\npip install -r requirements.txt\nexec uvicorn --host 0.0.0.0 --timeout-graceful-shutdown 20 app.main:app\n",
      }),
      project({
        Dockerfile: healthyWith([startLine, 'COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n']),
        "entrypoint.sh":
          '#!/bin/sh\nset -e\nif [ -n "$MORE" ]; then pip install $MORE; fi\nexec uvicorn --host 0.0.0.0 --timeout-graceful-shutdown 20 app.main:app\n',
      }),
    ],
    good: [healthy, changed([startLine, 'CMD ["sh", "-c", "alembic upgrade head && exec uvicorn app.main:app"]\n'])],
  },
  *check(input) {
    const start = startOf(input.dockerfile);
    const found = start?.commands.find(installs);
    if (start && found)
      yield { message: `\`${found.text}\` runs at every start.`, where: at(input.dockerfile, start.instruction) };
    for (const { command, place } of entrypointCommands(input)) {
      if (!installs(command)) continue;
      if (command.conditional === true)
        yield {
          severity: "warning",
          message: `\`${command.text}\` runs at each start that asks for it.`,
          where: place,
        };
      else yield { message: `\`${command.text}\` runs at every start.`, where: place };
    }
  },
};

function installs({ argv }: Command): boolean {
  const words = argv[0] === "exec" ? argv.slice(1) : argv;
  const program = words[0]?.split("/").at(-1) ?? "";
  if (program === "uv") return words[1] === "sync" || (words[1] === "pip" && words[2] === "install");
  if (/^(pip[\d.]*|poetry|pdm|pipenv|apt|apt-get|apk|dnf|yum)$/.test(program))
    return words.includes("install") || words.includes("add");
  return /^python[\d.]*$/.test(program) && words[1] === "-m" && words[2] === "pip" && words.includes("install");
}
