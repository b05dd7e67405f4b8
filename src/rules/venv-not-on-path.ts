import { lineBefore } from "./queries/fixes.ts";
import { byManager, changed, healthy } from "./queries/example.ts";
import { situationAt } from "./queries/settings.ts";
import { isStartedByName } from "./queries/start-by-name.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import { shippedVenvs, type Venv } from "./queries/venv.ts";
import type { Rule } from "./rule.ts";

const CACHE = "/root/.cache/pypoetry/virtualenvs";
const whole = (path: string): readonly [from: string, to: string] => ["/app/.venv /app/.venv", `${path} ${path}`];

export const venvNotOnPath: Rule = {
  id: "venv-not-on-path",
  title: "The command is looked for outside the environment",
  why: "The environment's programs are in its bin folder. Without that folder in PATH the container ends with `executable file not found`, or starts the system's Python, which has none of the packages.",
  source: "uv's guide for Docker: using the environment",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice:
    'Set `ENV PATH="/app/.venv/bin:$PATH"` with the environment\'s real path, or name the program by its full path.',
  aliases: [],
  numbers: ["UV016"],
  since: "0.1.0",
  fixes: "adds `ENV PATH=…` before the command.",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed(['PATH="/app/.venv/bin:$PATH" ', ""]),
      changed(['PATH="/app/.venv/bin:$PATH" ', 'PATH="/srv/.venv/bin:$PATH" ']),
      // Docker reads all values of one ENV before it sets any of them.
      changed(['PATH="/app/.venv/bin:$PATH"', 'VIRTUAL_ENV=/app/.venv PATH="$VIRTUAL_ENV/bin:$PATH"']),
      // Managers make one unasked, each in its own place.
      byManager("poetry", { changes: [whole(CACHE)] }),
      byManager("pipenv", { changes: [whole("/root/.local/share/virtualenvs")] }),
      byManager("pdm", { changes: [['PATH="/app/.venv/bin:$PATH" ', ""]] }),
      byManager("pdm", { env: "PDM_USE_VENV=false", changes: [whole("/app/__pypackages__")] }),
    ],
    good: [
      healthy,
      changed(['PATH="/app/.venv/bin:$PATH" ', ""], ['CMD ["uvicorn"', 'CMD ["/app/.venv/bin/uvicorn"']),
      changed(['ENV PATH="/app/.venv/bin:$PATH"', 'ENV VIRTUAL_ENV=/app/.venv\nENV PATH="$VIRTUAL_ENV/bin:$PATH"']),
      byManager("poetry", { changes: [whole(CACHE), ["/app/.venv/bin", `${CACHE}/reactions-9TtSrW0h-py3.13/bin`]] }),
      byManager("poetry", { env: "POETRY_VIRTUALENVS_IN_PROJECT=true" }),
      byManager("pipenv", { env: "PIPENV_VENV_IN_PROJECT=1" }),
      byManager("pdm"),
      byManager("pdm", {
        env: "PDM_USE_VENV=false",
        changes: [whole("/app/__pypackages__"), ["/app/.venv/bin", "/app/__pypackages__/3.13/bin"]],
      }),
      byManager("pdm", {
        changes: [
          ["&& pdm sync", "&& mkdir __pypackages__ && pdm sync"],
          ["/app/.venv /app/.venv", "/app/__pypackages__/3.13/lib /app/packages"],
          ['PATH="/app/.venv/bin:$PATH"', "PYTHONPATH=/app/packages"],
          ['CMD ["uvicorn"', 'CMD ["python", "-m", "uvicorn"'],
        ],
      }),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const venvs = shippedVenvs(input);
    const [venv] = venvs;
    const start = startOf(dockerfile);
    if (!venv || !start || !isStartedByName(start)) return;
    const { env } = situationAt(dockerfile, start.stage);
    const path = env.get("PATH");
    if (venvs.some((one) => isFound(one, env))) return;
    const now = path ? ` (it is ${path.value})` : "";
    const named = venv.named === true;
    yield {
      message: `\`${start.argv[0] ?? ""}\` is started, but PATH does not hold ${venv.path}${named ? "/…" : ""}/bin${now}.`,
      where: at(dockerfile, path?.instruction ?? start.instruction),
      ...(named ? { advice: ADVICE[venv.bare === true ? "bare" : "named"] } : {}),
      ...(named ? {} : lineBefore(dockerfile, start.instruction, `ENV PATH="${venv.path}/bin:$PATH"`)),
    };
  },
};

const ADVICE = {
  bare: "Put its bin folder on PATH and its lib folder on PYTHONPATH; or let pdm make an environment.",
  named:
    "Have the manager make the environment in the project (`POETRY_VIRTUALENVS_IN_PROJECT=true`, `PIPENV_VENV_IN_PROJECT=1`), and set PATH to its bin folder.",
};

/** A folder of packages alone is found by PYTHONPATH; its programs may lie anywhere. */
function isFound(venv: Venv, env: ReturnType<typeof situationAt>["env"]): boolean {
  if (venv.bare === true && env.has("PYTHONPATH")) return true;
  const folders = env.get("PATH")?.value.split(":") ?? [];
  return folders.some((folder) => isProgramsOf(venv, folder));
}

const isProgramsOf = ({ path, named }: Venv, folder: string): boolean =>
  named === true ? folder.startsWith(`${path}/`) && folder.endsWith("/bin") : folder === `${path}/bin`;
