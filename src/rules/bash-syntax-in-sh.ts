import { baseOf } from "./queries/base.ts";
import { entrypointScripts } from "./queries/entrypoint.ts";
import { changed, healthy, healthyWith, inBuilder, project, slim, startLine } from "./queries/example.ts";
import { rootImage } from "./queries/settings.ts";
import { BASH, isScript, scriptIn, shellOf, withoutQuoted } from "./queries/sh-scripts.ts";
import { at, find, reachableSteps, shippedStage } from "./queries/steps.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

export const bashSyntaxInSh: Rule = {
  id: "bash-syntax-in-sh",
  title: "A script for bash is read by another shell",
  why: "/bin/sh is dash on Debian and busybox on Alpine. `[[` is a program that is not found, `source` and `set -o pipefail` end with an error, `&>` puts the command into the background without a word, and `/srv/{a,b}` is one name: nothing is made, or removed, of what was meant. On Amazon Linux, where sh is bash, the same file works.",
  source: "ShellCheck SC3010, SC3046, SC3040, SC3020, SC3009; droast DF066",
  demand: "starts-directly",
  severity: "error",
  confidence: "certain",
  advice:
    'Write it for sh, or say `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` and `#!/bin/bash` where bash is installed.',
  aliases: ["DF066", "DL4005", "use-shell-instruction", "SC3010", "SC3046", "SC3040", "SC3020", "SC3001", "SC3009"],
  since: "0.1.0",
  provenBy: ["builds", "becomes-healthy"],
  examples: {
    bad: [
      inBuilder("RUN if [[ -f /etc/debian_version ]]; then true; fi"),
      inBuilder("RUN set -o pipefail && ls | sort"),
      inBuilder("RUN mkdir -p /srv/{static,media} && rm -rf /root/.cache/{pip,uv}"),
      changed([startLine, 'CMD ["sh", "-c", "source /app/.venv/bin/activate && exec uvicorn app.main:app"]\n']),
      project({
        Dockerfile: healthyWith([startLine, 'COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n']),
        "entrypoint.sh":
          '#!/bin/sh\nset -e\nif [[ -n "$MIGRATE" ]]; then alembic upgrade head; fi\nexec uvicorn app.main:app\n',
      }),
      // Found on PATH.
      project({
        Dockerfile: healthyWith([
          startLine,
          'COPY docker/start.sh /usr/local/bin/\nENTRYPOINT ["start.sh"]\nCMD ["uvicorn", "app.main:app"]\n',
        ]),
        "docker/start.sh": '#!/bin/sh\nset -e\nsource /etc/os-release\nexec "$@"\n',
      }),
    ],
    good: [
      healthy,
      inBuilder("RUN if [ -f /etc/debian_version ]; then true; fi"),
      inBuilder(`SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN set -o pipefail && ls | sort`),
      inBuilder(`RUN bash -c "source /etc/os-release && [[ -n $ID ]]"`),
      inBuilder(
        "RUN mkdir -p '/srv/{a,b}' \"/srv/${ID:-a,b}\" && find . -name a -exec rm {} + && rm -rf ${A}{,x} || true",
      ),
      inBuilder("RUN curl -fsSO https://example.org/{a,b}.txt"),
      inBuilder("RUN grep -q '[[:space:]]' /etc/os-release"),
      changed([`FROM ${slim} AS builder\n`, `FROM amazonlinux:2023 AS builder\nRUN set -o pipefail && ls | sort\n`]),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    // `source=` of a mount is none: most files that lock have one, and the patterns below are costly ones.
    const mayBe = /\[\[|\bsource[\s\\`]|pipefail|pushd|shopt|function|<\(|&>|\{\d+\.\.|\{[^\s{}]*,/.test(
      dockerfile.text,
    );
    for (const step of mayBe ? reachableSteps(dockerfile) : []) {
      const script = isScript(step.instruction) ? withoutQuoted(scriptIn(step.instruction)) : "";
      // What dash does not know is all that could be wrong.
      const shell = BASH.dash.test(script) ? shellOf(dockerfile, step) : undefined;
      const word = shell && BASH[shell].exec(script)?.[0].trim();
      if (word !== undefined)
        yield {
          message: `\`${word}\` is bash, and /bin/sh is ${shell} in this image.`,
          where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, word)),
        };
    }
    const stage = shippedStage(dockerfile);
    const shell = stage && baseOf(rootImage(dockerfile, stage)).shell;
    if (shell === "dash" || shell === "busybox") yield* inEntrypoint(input, shell);
  },
};

function* inEntrypoint(input: RuleInput, shell: "dash" | "busybox"): Generator<RuleFinding> {
  for (const { file, text, firstLine } of entrypointScripts(input)) {
    if (!/^#!\s*(?:\/usr)?\/bin\/(?:env )?sh\b/.test(text)) continue;
    for (const [index, line] of text.split("\n").entries()) {
      const word = BASH[shell].exec(withoutQuoted(line.replace(/(?:^|\s)#.*/, "")))?.[0].trim();
      if (word !== undefined)
        yield {
          message: `\`${word}\` is bash, and #!/bin/sh is ${shell} here.`,
          where: { file, line: index + firstLine },
        };
    }
  }
}
