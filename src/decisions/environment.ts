import { mayNameSecret } from "../kit/secret-names.ts";
import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { override } from "./shared/override.ts";
import { linksFor } from "./shared/paths-of-programs.ts";
import { list, places } from "./shared/say.ts";
import { envToday } from "./shared/today.ts";
import { libraryCaches } from "../project/library-caches.ts";

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

/** The user of the image has no home folder: libraries that write there are told another place. */
function movedCaches(
  { service }: Facts,
  known: Readonly<Record<string, string>>,
): { readonly env: Readonly<Record<string, string>>; readonly because: string } {
  // Whether the code downloads is not asked: a place that nobody uses costs nothing.
  const caches = libraryCaches(service, () => "nltk.download(").filter(
    ({ movedBy }) => !movedBy.some((name) => Object.hasOwn(known, name)),
  );
  const env = Object.fromEntries(caches.map(({ variable, place }) => [variable, place]));
  const [names, libraries] = [Object.keys(env), caches.map(({ library }) => library)];
  const because =
    names.length === 0
      ? ""
      : ` ${list(names)} moves what ${list(libraries)} would keep in a home folder, which the user has not.`;
  return { env, because };
}

export const environment: Decider = {
  id: "environment",
  title: "Environment of the image",
  after: ["workdir", "sync"],
  resolves: [
    "python-output-buffered",
    "required-env-defaulted",
    "library-cache-unwritable",
    "secret-in-arg-or-env",
    "undefined-variable",
    "venv-not-on-path",
  ],
  decide(facts: Facts, draft: Draft): Choice {
    const today = kept(facts);
    const caches = movedCaches(facts, today.env);
    const venv = draft.sync?.venv ?? "/app/.venv";
    const value = {
      PATH: `${venv}/bin:$PATH`,
      PYTHONUNBUFFERED: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      ...caches.env,
      ...today.env,
      ...override(facts, "environment", "table"),
    };
    const dropped =
      today.dropped.length === 0
        ? ""
        : ` ${list(today.dropped)} of today's image is left out: it is the operator's to give.`;
    const links = linksFor(facts.service, venv);
    const linked = links
      .map(({ path, by }) => ` ${path} leads there as well: ${by.file}:${by.line} calls it so.`)
      .join("");
    return {
      value: { env: value, ...(links.length === 0 ? {} : { links: links.map(({ path, to }) => ({ path, to })) }) },
      choice: list([...Object.keys(value), ...links.map(({ path }) => `a link at ${path}`)]),
      because: `The virtual environment comes first on PATH.${linked} Output is not buffered, so a log line is out before a crash. Nothing here is secret or differs between installations.${caches.because}${dropped}`,
      evidence: [...today.evidence, ...links.flatMap(({ by }) => places(by))],
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
