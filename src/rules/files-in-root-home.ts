import { healthy, healthyDockerfile, project } from "./queries/example.ts";
import { absolute, isRoot, situationAt } from "./queries/settings.ts";
import { commandsOf } from "./queries/commands.ts";
import { at, flag, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const COPY = "COPY --from=builder /app/.venv /app/.venv\n";
const userInstall = (to: string): string =>
  healthyDockerfile.replace(COPY, `COPY --from=builder /root/.local ${to}\n`).replace("/app/.venv/bin", `${to}/bin`);

export const filesInRootHome: Rule = {
  id: "files-in-root-home",
  title: "What the service runs lies in root's home, and it runs as another user",
  why: "/root is closed to everybody else. After `pip install --user`, or with a Python that uv downloaded, the programs lie there, and the service's user gets `Permission denied` or `executable file not found`.",
  source: "seen in code-graph-rag #1788, uv-docker-example #38",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice:
    "Install into an environment outside of homes, such as /app/.venv or /opt/venv; for uv's Pythons set UV_PYTHON_INSTALL_DIR.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [project({ Dockerfile: userInstall("/root/.local") })],
    good: [
      healthy,
      project({ Dockerfile: userInstall("/opt/local") }),
      project({ Dockerfile: userInstall("/root/.local").replace("USER 1001:1001\n", "") }),
      project({ Dockerfile: userInstall("/root/.local").replace("USER 1001", "RUN chmod 755 /root\nUSER 1001") }),
    ],
  },
  *check({ dockerfile }) {
    const stage = shippedStage(dockerfile);
    const user = stage && situationAt(dockerfile, stage).user;
    if (user === undefined || isRoot(user) || user.includes("$")) return;
    const steps = shippedSteps(dockerfile);
    const opened = steps.some(
      ({ instruction }) =>
        instruction.keyword === "RUN" &&
        commandsOf(instruction).some(({ program, argv }) => program === "chmod" && argv.includes("/root")),
    );
    if (opened) return;
    for (const { stage: of, instruction } of steps) {
      if (instruction.keyword !== "COPY" || flag(instruction, "from") === undefined) continue;
      const target = absolute(situationAt(dockerfile, of, instruction).workdir, instruction.words.at(-1) ?? "");
      if (!/^\/root\/(?:\.local|\.venv|venv|\.pyenv|app|miniconda3?)(?:\/|$)/.test(target)) continue;
      yield {
        message: `This is copied to ${target}, which user ${user} cannot enter.`,
        where: at(dockerfile, instruction),
      };
    }
  },
};
