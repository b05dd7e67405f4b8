import { changed, healthy } from "./queries/example.ts";
import { situationAt } from "./queries/settings.ts";
import { at, flag, shippedStage, shippedSteps } from "./queries/steps.ts";
import { venvCopies } from "./queries/venv.ts";
import type { Rule } from "./rule.ts";

export const appFilesWritableByRuntimeUser: Rule = {
  id: "app-files-writable-by-runtime-user",
  title: "The service can overwrite its own code",
  why: "A flaw that lets an attacker write a file then lets him change the program that runs next. Files of root, readable for all, are enough to run a service.",
  source: "sonar S6504",
  severity: "note",
  confidence: "certain",
  advice: "Leave `--chown` away for code and environment; give the user only the folders it has to write.",
  aliases: ["SEC007", "S6504"],
  since: "0.1.0",
  provenBy: ["code-not-writable", "read-only-root"],
  examples: {
    bad: [
      changed(["COPY app/ /app/app/", "COPY --chown=1001:1001 app/ /app/app/"]),
      changed(["--from=builder /app/.venv", "--from=builder --chown=1001:1001 /app/.venv"]),
    ],
    good: [
      healthy,
      changed(["COPY app/ /app/app/", "COPY --chown=0:0 app/ /app/app/"]),
      changed(["COPY app/ /app/app/", "COPY --chown=1001:1001 --chmod=0555 app/ /app/app/"]),
    ],
  },
  *check({ dockerfile, service }) {
    const stage = shippedStage(dockerfile);
    const user = stage && situationAt(dockerfile, stage).user?.split(":")[0];
    if (user === undefined) return;
    const packages = new Set(service.packaging.importPackages.map((name) => name.split("/")[0]));
    const venvs = new Set(venvCopies(dockerfile).map(({ step }) => step.instruction));
    for (const { instruction } of shippedSteps(dockerfile)) {
      const owner = instruction.keyword === "COPY" ? flag(instruction, "chown")?.split(":")[0] : undefined;
      const mode = flag(instruction, "chmod");
      if (
        owner === undefined ||
        owner !== user ||
        /^(root|0+)$/.test(owner) ||
        (mode !== undefined && !/^[0-7]?[2367]/.test(mode))
      )
        continue;
      const code =
        venvs.has(instruction) ||
        instruction.words
          .slice(0, -1)
          .some(
            (word) => /\.?venv\/?$|^\.\/?$/.test(word) || packages.has(word.replace(/^\.?\//, "").split("/")[0] ?? ""),
          );
      if (code)
        yield {
          message: `${instruction.words.slice(0, -1).join(" ")} belongs to ${owner}, the user that the service runs as.`,
          where: at(dockerfile, instruction),
        };
    }
  },
};
