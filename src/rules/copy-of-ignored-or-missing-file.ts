import { ignoreAlso } from "./queries/fixes.ts";
import { copiedBy, isContextElsewhere, isHidden } from "./queries/context.ts";
import { healthy, healthyDockerfile, healthyWith, project } from "./queries/example.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const copyOfIgnoredOrMissingFile: Rule = {
  id: "copy-of-ignored-or-missing-file",
  title: "A copied file is not in the build context",
  why: "The file is missing, outside the context, not under version control, or hidden by .dockerignore. The build fails, at the latest on the machine that does not have the stray file: RAGstar copied a lock that git ignored and a certificate that only CI wrote.",
  source: "Traps T21, T24; BuildKit's CopyIgnoredFile, which gives up when .dockerignore holds a `!` line",
  severity: "error",
  confidence: "certain",
  advice: "Commit the file, correct its path (relative to the context, never `../`), or let it through .dockerignore.",
  aliases: ["UV004", "CopyIgnoredFile", "DF077"],
  since: "0.1.0",
  fixes: "adds `!file` to .dockerignore for a single file that it hides and that holds no secret by its name.",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({ Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY src/ /app/src/\n"]) }),
      project({ Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY ../shared/ /app/shared/\n"]) }),
      project({ Dockerfile: healthyDockerfile, ".dockerignore": "*\n!pyproject.toml\n!uv.lock\n" }),
      project({
        Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY logging.ini /app/\n"]),
        "logging.ini": "[loggers]\n",
        ".dockerignore": ".git\n.venv\n**/__pycache__\ntests\n.env\n*.ini\n",
      }),
      project({
        Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY ca.crt /etc/ssl/certs/\n"]),
        "ca.crt": "x\n",
        ".gitignore": "ca.crt\n",
      }),
    ],
    good: [
      healthy,
      // Built from the root of a workspace, which is another folder.
      project({
        Dockerfile: healthyWith([
          "COPY app/ /app/app/\n",
          "COPY backend/app/ /app/app/\nCOPY backend/alembic.ini /app/\n",
        ]),
      }),
      project({ Dockerfile: healthyDockerfile, ".dockerignore": "*\n!pyproject.toml\n!uv.lock\n!app\n" }),
      project({ Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY app/ logging.ini* /app/app/\n"]) }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    if (service.files.length === 0 || isContextElsewhere(input)) return;
    for (const step of reachableSteps(dockerfile)) {
      const { instruction } = step;
      if (isHidden(instruction)) continue;
      for (const { source, reason, fatal, ignoredBy } of copiedBy(input, step).missing) {
        if (!fatal) continue;
        const where = at(dockerfile, instruction, find(dockerfile, instruction, source));
        if (reason === "ignored" && ignoredBy) {
          const file = service.dockerignore ?? ".dockerignore";
          yield {
            message: `${source} is kept out of the build by ${file} line ${ignoredBy.line} (\`${ignoredBy.text}\`).`,
            where,
            related: [{ file, line: ignoredBy.line, message: "hides it" }],
            ...(service.files.includes(source) && !/env|secret|key|pem|cred|token|passw/i.test(source)
              ? ignoreAlso(input, [`!${source}`])
              : {}),
          };
        } else if (source.startsWith("..")) yield { message: `${source} lies outside the build context.`, where };
        // What lies in a folder that cannot be listed nobody knows.
        else if (!service.problems.some(({ file }) => source === `${file}/` || `${source}/`.startsWith(`${file}/`)))
          yield { message: `${source} is not among the files under version control.`, where };
      }
    }
  },
};
