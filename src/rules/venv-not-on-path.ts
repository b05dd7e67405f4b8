import { lineBefore } from "./queries/fixes.ts";
import { changed, healthy } from "./queries/example.ts";
import { situationAt } from "./queries/settings.ts";
import { programOf, type Start, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import { shippedVenvs } from "./queries/venv.ts";
import type { Rule } from "./rule.ts";

export const venvNotOnPath: Rule = {
  id: "venv-not-on-path",
  title: "The command is looked for outside the environment",
  why: "The environment's programs are in its bin folder. Without that folder in PATH the container ends with `executable file not found`, or starts the system's Python, which has none of the packages.",
  source: "Trap T16; analyzers.md fixture 40: found by no other tool",
  severity: "error",
  confidence: "likely",
  advice:
    'Set `ENV PATH="/app/.venv/bin:$PATH"` with the environment\'s real path, or name the program by its full path.',
  aliases: ["UV016"],
  since: "0.1.0",
  fixes: "adds `ENV PATH=…` before the command.",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed(['PATH="/app/.venv/bin:$PATH" ', ""]),
      changed(['PATH="/app/.venv/bin:$PATH" ', 'PATH="/srv/.venv/bin:$PATH" ']),
      // Docker reads all values of one ENV before it sets any of them.
      changed(['PATH="/app/.venv/bin:$PATH"', 'VIRTUAL_ENV=/app/.venv PATH="$VIRTUAL_ENV/bin:$PATH"']),
    ],
    good: [
      healthy,
      changed(['PATH="/app/.venv/bin:$PATH" ', ""], ['CMD ["uvicorn"', 'CMD ["/app/.venv/bin/uvicorn"']),
      changed(['ENV PATH="/app/.venv/bin:$PATH"', 'ENV VIRTUAL_ENV=/app/.venv\nENV PATH="$VIRTUAL_ENV/bin:$PATH"']),
    ],
  },
  *check({ dockerfile }) {
    const venvs = shippedVenvs(dockerfile);
    const [venv] = venvs;
    const start = startOf(dockerfile);
    if (!venv || !start || !looksOnPath(start)) return;
    const path = situationAt(dockerfile, start.stage).env.get("PATH");
    if (venvs.some((one) => path?.value.split(":").includes(`${one.path}/bin`))) return;
    const now = path ? ` (it is ${path.value})` : "";
    yield {
      message: `\`${start.argv[0] ?? ""}\` is started, but PATH does not hold ${venv.path}/bin${now}.`,
      where: at(dockerfile, path?.instruction ?? start.instruction),
      ...lineBefore(dockerfile, start.instruction, `ENV PATH="${venv.path}/bin:$PATH"`),
    };
  },
};

/** The command is a bare name that only the environment can bring, and nothing in between changes PATH. */
function looksOnPath(start: Start): boolean {
  const program = start.argv[0] ?? "";
  if (program === "" || /[/$]/.test(program)) return false;
  if (start.server === "unknown" && programOf(start.argv) !== "celery") return false;
  if (start.script !== undefined && /activate|PATH=/.test(start.script)) return false;
  return !start.wrappers.some((one) => one === "uv run" || one.endsWith(".sh") || one.includes("entrypoint"));
}
