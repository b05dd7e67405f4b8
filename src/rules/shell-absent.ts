import { baseOf } from "./queries/base.ts";
import { changed, healthy, healthcheck, slim, startLine } from "./queries/example.ts";
import { rootImage } from "./queries/settings.ts";
import { at, flag, reachable, type Step, stepsOf } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const distroless = `FROM gcr.io/distroless/python3-debian12:nonroot@sha256:${"e".repeat(64)}\n`;
const users = /RUN groupadd[^]*?nologin app\n/;
const without = (project: ReturnType<typeof changed>): ReturnType<typeof changed> => ({
  ...project,
  Dockerfile: (project["Dockerfile"] ?? "").replace(users, ""),
});

export const shellAbsent: Rule = {
  id: "shell-absent",
  title: "A shell is needed in an image that has none",
  why: 'scratch and distroless images hold no /bin/sh. RUN stops the build; a CMD or HEALTHCHECK in shell form builds well, and then the container does not start, or is never healthy: `exec: "/bin/sh": no such file or directory`.',
  source: "tally shell-run-in-scratch",
  demand: "starts-directly",
  severity: "error",
  confidence: "certain",
  advice:
    'Write a JSON array that names the program itself: `CMD ["python", "-m", "app"]`; do what needs a shell in the builder.',
  aliases: ["shell-run-in-scratch"],
  since: "0.1.0",
  provenBy: ["builds", "becomes-healthy"],
  examples: {
    bad: [
      without(changed([`FROM ${slim}\nRUN`, `${distroless}RUN`], [startLine, "CMD exec uvicorn app.main:app\n"])),
      without(
        changed([`FROM ${slim}\nRUN`, `${distroless}RUN`], [healthcheck, "HEALTHCHECK CMD python -c 'import app'\n"]),
      ),
      changed([`FROM ${slim}\nRUN`, `${distroless}RUN`]),
    ],
    good: [healthy, without(changed([`FROM ${slim}\nRUN`, `${distroless}RUN`]))],
  },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile)) {
      const image = rootImage(dockerfile, stage);
      const { name, tag = "" } = baseOf(image);
      if (image !== "scratch" && !(/(?:^|\/)distroless\//.test(name) && !tag.includes("debug"))) continue;
      // A whole root, or a shell, may come from elsewhere.
      if (stepsOf(dockerfile, stage).some(bringsShell)) continue;
      for (const instruction of stage.instructions) {
        const { keyword } = instruction;
        const wants =
          keyword === "HEALTHCHECK"
            ? instruction.inner?.form === "shell"
            : /^(?:RUN|CMD|ENTRYPOINT)$/.test(keyword) && instruction.form === "shell";
        if (wants)
          yield {
            message: `${keyword} in shell form needs /bin/sh, which ${image} does not have.`,
            where: at(dockerfile, instruction),
          };
      }
    }
  },
};

function bringsShell({ instruction }: Step): boolean {
  if (instruction.keyword === "ADD" || instruction.keyword === "SHELL") return true;
  const target = instruction.words.at(-1) ?? "";
  return (
    flag(instruction, "from") !== undefined &&
    (/^\/(?:usr(?:\/bin)?|bin)?\/?$/.test(target) || /\/(?:sh|busybox|bash)$/.test(target))
  );
}
