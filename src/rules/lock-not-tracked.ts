import { inProject } from "../project/project-folder.ts";
import { LOCKS } from "../project/lock-names.ts";
import { isContextElsewhere } from "./queries/context.ts";
import { projectInstalls } from "./queries/installs.ts";
import { at } from "./queries/steps.ts";
import { byManager, healthy, healthyDockerfile, project } from "./queries/example.ts";
import type { Rule } from "./rule.ts";

export const lockNotTracked: Rule = {
  id: "lock-not-tracked",
  title: "The lock file is not under version control",
  why: "The image builds on the laptop that holds the lock and nowhere else, or every machine resolves its own versions. RAGstar's reworked Dockerfile could not be built from a clean clone for a day because uv.lock stood in .gitignore.",
  source: "RAGstar, commits 9adfd71 to fa80974",
  demand: "locked-versions",
  severity: "error",
  confidence: "certain",
  advice: "Take uv.lock out of .gitignore and commit it.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, ".gitignore": "uv.lock\n" }),
      project({ Dockerfile: healthyDockerfile, "uv.lock": "" }),
      byManager("poetry", { files: { "poetry.lock": "" } }),
      byManager("pdm", { files: { "pdm.lock": "" } }),
      byManager("pipenv", { files: { "Pipfile.lock": "" } }),
    ],
    good: [healthy, byManager("poetry"), byManager("pdm"), byManager("pipenv")],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const sync = projectInstalls(dockerfile).find(({ tool }) => tool === service.manager.value);
    if (!sync) return;
    const { lock } = service;
    const where = at(dockerfile, sync.step.instruction);
    if (!lock) {
      if (sync.tool === "pip") return;
      const named = LOCKS[sync.tool];
      // The project may stand in a sub-folder or be named by an option: then the lock is not ours to miss.
      const elsewhere = sync.command.argv.some((word) => /^(?:--(?:project|directory|script)|-[CP]$)/.test(word));
      const [missing, asked] = [named.lock, named.asked].map((file) => inProject(service.projectFolder, file));
      const unread = service.problems.some(({ file }) => file === missing);
      if (elsewhere || unread || isContextElsewhere(input) || !service.files.includes(asked ?? "")) return;
      yield {
        message: `\`${sync.tool} ${sync.call.verb}\` runs, but the repository holds no ${missing}.`,
        advice: `Make it with \`${sync.tool} lock\`, commit it, and copy it before the installation.`,
        where,
        confidence: "likely",
      };
    } else if (!lock.tracked) {
      const hidden = lock.gitIgnored;
      const because = hidden ? `: ${hidden.file} line ${hidden.line} (\`${hidden.text}\`) hides it` : "";
      yield {
        message: `${lock.path} is there but git does not track it${because}.`,
        advice: `Take ${lock.path} out of .gitignore and commit it.`,
        where: hidden ?? { file: lock.path, line: 1 },
        related: [{ ...where, message: `the ${sync.tool === "uv" ? "sync" : "installation"} that needs it` }],
      };
    }
  },
};
