import { byManager, changed, healthy, slim } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import { venvCopies } from "./queries/venv.ts";
import type { Rule } from "./rule.ts";

/** A stage in between gathers what is shipped. */
const throughStage = (between: string, to: string) =>
  changed(
    [
      `\nFROM ${slim}\nRUN groupadd`,
      `\nFROM scratch AS gathered\nCOPY --from=builder /app/.venv ${between}\n\nFROM ${slim}\nRUN groupadd`,
    ],
    ["COPY --from=builder /app/.venv /app/.venv", `COPY --from=gathered ${between} ${to}`],
    ["/app/.venv/bin:$PATH", `${to}/bin:$PATH`],
  );

export const venvMoved: Rule = {
  id: "venv-moved",
  title: "The environment is copied to another path than it was made at",
  why: "The first line of every script in bin/ and the activate files hold the path at which the environment was made. At another path `uvicorn` or `gunicorn` end with `no such file or directory`, although the file is there.",
  source:
    "Python's manual, venv: environments are not portable, for their scripts name the interpreter by its whole path; flagsmith keeps a symbolic link for it",
  demand: "found-when-started",
  severity: "error",
  confidence: "certain",
  advice:
    "Make the environment at the path where it will run, for example with UV_PROJECT_ENVIRONMENT, and copy it to the same path.",
  aliases: [],
  numbers: ["UV017"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed(["/app/.venv /app/.venv", "/app/.venv /opt/venv"]),
      changed(
        ["WORKDIR /app\nENV UV", "WORKDIR /build\nENV UV"],
        ["COPY --from=builder /app/.venv", "COPY --from=builder /build/.venv"],
      ),
      byManager("pipenv", {
        env: "PIPENV_VENV_IN_PROJECT=1",
        changes: [
          ["WORKDIR /app\nENV UV", "WORKDIR /build\nENV UV"],
          ["COPY --from=builder /app/.venv", "COPY --from=builder /build/.venv"],
        ],
      }),
      byManager("poetry", {
        changes: [["/app/.venv /app/.venv", "/root/.cache/pypoetry/virtualenvs/reactions-9TtSrW0h-py3.13 /app/.venv"]],
      }),
      throughStage("/venv", "/opt/venv"),
    ],
    good: [
      healthy,
      changed(
        ["ENV UV_COMPILE", "ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_COMPILE"],
        ["/app/.venv /app/.venv", "/opt/venv /opt/venv"],
        ['PATH="/app/.venv', 'PATH="/opt/venv'],
      ),
      changed(["/app/.venv /app/.venv", "/app /app"]),
      byManager("pipenv", { env: "PIPENV_VENV_IN_PROJECT=1" }),
      // No environment, but a folder of packages.
      byManager("pdm", {
        env: "PDM_USE_VENV=false",
        changes: [["/app/.venv /app/.venv", "/app/__pypackages__/3.13/lib /app/packages"]],
      }),
      byManager("poetry", { env: "POETRY_VIRTUALENVS_CREATE=false VIRTUAL_ENV=/app/.venv" }),
      throughStage("/opt/venv", "/app/.venv"),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    for (const { step, source, from, to, bare } of venvCopies(input)) {
      if (
        from === to ||
        bare === true ||
        source.instructions.some(({ args }) => /--relocatable|UV_VENV_RELOCATABLE/.test(args))
      )
        continue;
      // `/new/bin/python /new/bin/service` needs no first line of a script.
      const isByPython = startOf(dockerfile)?.argv[0] === `${to}/bin/python`;
      yield {
        ...(isByPython ? { severity: "note" } : {}),
        message: `The environment is made at ${from} and copied to ${to}: its scripts still name ${from}${isByPython ? ", and only what its python is given starts" : ""}.`,
        where: at(dockerfile, step.instruction),
      };
    }
  },
};
