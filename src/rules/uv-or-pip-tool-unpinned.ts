import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const tools = new Set(["uv", "poetry", "pdm", "pipenv", "hatch"]);

/** `poetry>=2`, `uv[x]`, `pdm<3`: limits that hold the newest release, or the newest of many. */
function isOpen(word: string): boolean {
  const [, name = "", limits = ""] = /^([a-z]+)(?:\[[\w,-]*\])?((?:[<>!]=?.*)?)$/.exec(word) ?? [];
  return name !== word && tools.has(name) && !/==|~=/.test(limits);
}

export const uvOrPipToolUnpinned: Rule = {
  id: "uv-or-pip-tool-unpinned",
  title: "The package manager is installed without a version",
  why: "Every build takes the newest uv or poetry. A new release can read the lock differently, or stop understanding an option, and the build of an unchanged commit breaks.",
  source: "benchling-webhook and RAGstar: `pip install uv`; hadolint DL3013",
  demand: "exact-bases-and-tools",
  severity: "warning",
  confidence: "certain",
  advice: "Copy uv from its own image by exact version and digest, or write `pip install uv==<version>`.",
  aliases: ["DL3013", "DF051"],
  numbers: ["UV008"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      changed(["COPY --from=uv /uv /usr/local/bin/uv\n", "RUN pip install --no-cache-dir uv\n"]),
      changed(["COPY --from=uv /uv /usr/local/bin/uv\n", 'RUN pip install --no-cache-dir "uv>=0.9" wheel\n']),
      changed(["COPY --from=uv /uv /usr/local/bin/uv\n", "RUN curl -LsSf https://astral.sh/uv/install.sh | sh\n"]),
    ],
    good: [
      healthy,
      changed(["COPY --from=uv /uv /usr/local/bin/uv\n", "RUN pip install --no-cache-dir uv==0.9.8\n"]),
      changed([
        "COPY --from=uv /uv /usr/local/bin/uv\n",
        "RUN curl -LsSf https://astral.sh/uv/0.9.8/install.sh | sh\n",
      ]),
      changed(["COPY --from=uv /uv /usr/local/bin/uv\n", "ARG UV=0.9.8\nRUN pip install --no-cache-dir uv==$UV\n"]),
      changed([
        "COPY --from=uv /uv /usr/local/bin/uv\n",
        "COPY --from=uv /uv /usr/local/bin/uv\nRUN uv pip install --no-deps .\n",
      ]),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "RUN") continue;
      for (const { argv, text } of commandsOf(instruction)) {
        const pip = argv.findIndex((word) => /(^|\/)pip[\d.]*$|^pipx$/.test(word));
        // What follows `install`: in `uv pip install .` uv is what installs.
        const install = pip < 0 ? -1 : argv.indexOf("install", pip);
        const named = install < 0 ? undefined : argv.slice(install + 1).find((word) => tools.has(word) || isOpen(word));
        const script = argv.find((word) =>
          /^https:\/\/astral\.sh\/uv\/install\.sh|install\.python-poetry\.org/.test(word),
        );
        if (named === undefined && script === undefined) continue;
        const what = named === undefined ? `The installer script ${script ?? ""}` : `\`${text}\``;
        yield {
          message: `${what} takes whatever version is newest.`,
          where: at(
            dockerfile,
            instruction,
            find(dockerfile, instruction, named === undefined ? (script ?? "") : text),
          ),
        };
      }
    }
  },
};
