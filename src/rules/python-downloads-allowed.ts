import { append } from "./queries/fixes.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, find } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import { venvCopies } from "./queries/venv.ts";
import type { Rule } from "./rule.ts";

export const pythonDownloadsAllowed: Rule = {
  id: "python-downloads-allowed",
  title: "uv may download another Python in the builder",
  why: "When the base's Python does not fit requires-python or .python-version, uv fetches one into the builder's home and the environment links to it. Copied to the runtime, the link dangles: the container ends with `no such file or directory`. The build itself is green.",
  source: "seen in basic-memory #510, uv-docker-example #26",
  demand: "allowed-python",
  severity: "warning",
  confidence: "certain",
  advice: "Set `ENV UV_PYTHON_DOWNLOADS=never` (or 0) in the builder: a mismatch then stops the build.",
  aliases: [],
  numbers: ["UV012"],
  since: "0.1.0",
  fixes: "adds `--no-python-downloads` to the `uv sync`.",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [changed([" UV_PYTHON_DOWNLOADS=never", ""])],
    good: [
      healthy,
      changed(["UV_PYTHON_DOWNLOADS=never", "UV_PYTHON_DOWNLOADS=0"]),
      changed(["UV_PYTHON_DOWNLOADS=never", "UV_NO_MANAGED_PYTHON=1"]),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const sources = new Set(venvCopies(input).map(({ source }) => source));
    const syncs = syncsIn(dockerfile, [...sources]);
    const open = syncs.find(
      ({ env, command }) =>
        !/^(never|0|manual|false)$/i.test(env.get("UV_PYTHON_DOWNLOADS") ?? "") &&
        !/^(system|only-system)$/i.test(env.get("UV_PYTHON_PREFERENCE") ?? "") &&
        env.get("UV_NO_MANAGED_PYTHON") === undefined &&
        env.get("UV_PYTHON_INSTALL_DIR") === undefined &&
        !command.argv.some((word) => /^--(no-python-downloads|no-managed-python)$/.test(word)),
    );
    if (!open) return;
    yield {
      message: "uv may download a Python of its own here, and only the environment is copied to the shipped image.",
      severity: "note",
      where: at(dockerfile, open.step.instruction, find(dockerfile, open.step.instruction, "uv sync")),
      ...append(dockerfile, open.step.instruction, /\buv\s+sync\b/, " --no-python-downloads"),
    };
  },
};
