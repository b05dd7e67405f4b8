import { mayNameSecret } from "../kit/secret-names.ts";
import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { override } from "./shared/override.ts";
import { list } from "./shared/say.ts";
import { envToday } from "./shared/today.ts";

/** Settings for installers and for Python that this plan makes itself, or that mean nothing in a finished image. */
const BUILD_TIME =
  /^(PATH|UV_|PIP_|POETRY_|PDM_|PIPENV_|DEBIAN_FRONTEND|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|VIRTUAL_ENV|PYTHON_VERSION|LANG$)/;

/** The address of a database mostly has a password in it. */
const isSecret = (name: string): boolean => mayNameSecret(name) || /DATABASE_URL/i.test(name);

/** Today's settings that are neither secret nor the operator's to give. */
function kept(facts: Facts): {
  readonly env: Record<string, string>;
  readonly dropped: readonly string[];
  readonly evidence: readonly string[];
} {
  const required = new Map(facts.service.env.map((variable) => [variable.name, variable]));
  const env: Record<string, string> = {};
  const dropped: string[] = [];
  const evidence: string[] = [];
  for (const [name, { value, place }] of envToday(facts.dockerfile)) {
    if (BUILD_TIME.test(name)) continue;
    const variable = required.get(name);
    if (variable?.required === true || variable?.secret === true || isSecret(name) || value.includes("$")) {
      dropped.push(name);
      evidence.push(place);
      continue;
    }
    env[name] = value;
    evidence.push(place);
  }
  return { env, dropped, evidence };
}

export const environment: Decider = {
  id: "environment",
  title: "Environment of the image",
  after: ["workdir", "sync"],
  resolves: [
    "python-output-buffered",
    "required-env-defaulted",
    "secret-in-arg-or-env",
    "undefined-variable",
    "venv-not-on-path",
  ],
  decide(facts: Facts, draft: Draft): Choice {
    const today = kept(facts);
    const venv = draft.sync?.venv ?? "/app/.venv";
    const value = {
      PATH: `${venv}/bin:$PATH`,
      PYTHONUNBUFFERED: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      ...today.env,
      ...override(facts, "environment", "table"),
    };
    const dropped =
      today.dropped.length === 0
        ? ""
        : ` ${list(today.dropped)} of today's image is left out: it is the operator's to give.`;
    return {
      value: { env: value },
      choice: list(Object.keys(value)),
      because: `The virtual environment comes first on PATH. Output is not buffered, so a log line is out before a crash. Nothing here is secret or differs between installations.${dropped}`,
      evidence: today.evidence,
      rejected: [
        {
          option: "defaults for required variables",
          because: "a service that starts with a wrong value is worse than one that refuses to start",
        },
        { option: "UV_* settings in the runtime", because: "there is no uv" },
      ],
    };
  },
};
