import { inProject as fileOf } from "../../project/project-folder.ts";
import { readToml, valueAt } from "../../project/toml.ts";
import type { Dockerfile, Stage } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { baseOf } from "./base.ts";
import { type Command, commandsOf } from "./commands.ts";
import { type Install, pythonInstalls } from "./installs.ts";
import { once, onceFor } from "../../kit/once.ts";
import { absolute, isRoot, rootImage, situationAt } from "./settings.ts";
import { type Step, stepsOf } from "./steps.ts";
import { envOfCommand } from "./uv.ts";

/** An environment that a manager makes unasked. */
export interface ManagerVenv {
  readonly tool: Install["tool"];
  readonly path: string;
  /** It lies in a folder of `path` whose name the manager makes up. */
  readonly named: boolean;
  /** It holds packages and programs of one Python, and no Python (PEP 582): nothing in it names its place. */
  readonly bare?: true;
  readonly step: Step;
}

/** Those that poetry, pdm and pipenv make; none where they install into another one or into the system, or where that cannot be told. */
export const managerVenvs: (input: RuleInput) => readonly ManagerVenv[] = once((input) =>
  pythonInstalls(input.dockerfile).flatMap((install) => {
    const found = isKnown(input.dockerfile, install) ? venvOf(input, install) : undefined;
    return found === undefined || found.path.includes("$")
      ? []
      : [{ ...found, tool: install.tool, step: install.step }];
  }),
);

/** Another base may set the manager up in ways of its own. */
function isKnown(dockerfile: Dockerfile, { step }: Install): boolean {
  const { name, short, unresolved } = baseOf(rootImage(dockerfile, step.stage));
  return !unresolved && (name === "python" || /^(?:debian|ubuntu|alpine|amazonlinux|fedora)$/.test(short));
}

type Place = Pick<ManagerVenv, "path" | "named" | "bare">;

function venvOf(input: RuleInput, install: Install): Place | undefined {
  if (install.tool === "uv" || install.tool === "pip") return undefined;
  const { dockerfile } = input;
  const env = envOfCommand(dockerfile, install.step, install.command);
  const active = env.get("VIRTUAL_ENV");
  if (active !== undefined) return active === "" ? undefined : { path: active, named: false };
  const before = commandsBefore(dockerfile, install);
  if (before.some(({ argv }) => /^(?:\.|source)$/.test(argv[0] ?? "") && argv[1]?.endsWith("activate") === true))
    return undefined;
  const { workdir, user } = situationAt(dockerfile, install.step.stage, install.step.instruction);
  const home = env.get("HOME") ?? (user === undefined || isRoot(user) ? "/root" : undefined);
  const within = {
    folder: folderOf(install, before, workdir),
    caches: env.get("XDG_CACHE_HOME") ?? below(home, ".cache"),
    data: env.get("XDG_DATA_HOME") ?? below(home, ".local/share"),
    setting: settingsOf(input, install, { env, before }),
    hasPackagesFolder: before.some(({ program, argv }) => program === "mkdir" && argv.some(isPackagesFolder)),
  };
  return PLACES[install.tool](install, within);
}

interface Within {
  readonly folder: string;
  readonly caches: string | undefined;
  readonly data: string | undefined;
  /** The first of these names that something sets: a variable, `config`, a file of the project. */
  readonly setting: (name: string, ...variables: readonly string[]) => string | undefined;
  /** A command made `__pypackages__`: pdm then makes no environment, whatever is set. */
  readonly hasPackagesFolder: boolean;
}

const isPackagesFolder = (word: string): boolean => /(?:^|\/)__pypackages__\/?$/.test(word);

const PLACES: Readonly<Record<"poetry" | "pdm" | "pipenv", (install: Install, within: Within) => Place | undefined>> = {
  poetry: (_, { folder, caches, setting }) => {
    // To poetry `yes` is no.
    if (!POETRY_ON.test(setting("virtualenvs.create", "POETRY_VIRTUALENVS_CREATE") ?? "true")) return undefined;
    if (POETRY_ON.test(setting("virtualenvs.in-project", "POETRY_VIRTUALENVS_IN_PROJECT") ?? ""))
      return inProject(folder);
    const cache = setting("cache-dir", "POETRY_CACHE_DIR") ?? below(caches, "pypoetry");
    return namedIn(setting("virtualenvs.path", "POETRY_VIRTUALENVS_PATH") ?? below(cache, "virtualenvs"));
  },
  pdm: ({ call: { words } }, { folder, data, setting, hasPackagesFolder }) => {
    if (words.some((word) => /^(?:-g|--global|--venv|--project|-p)(?:=|$)/.test(word))) return undefined;
    if (hasPackagesFolder || isOff(setting("python.use_venv", "PDM_USE_VENV")))
      return { path: absolute(folder, "__pypackages__"), named: true, bare: true };
    if (!isOff(setting("venv.in_project", "PDM_VENV_IN_PROJECT"))) return inProject(folder);
    return namedIn(setting("venv.location", "PDM_VENV_LOCATION") ?? below(data, "pdm/venvs"));
  },
  pipenv: ({ call: { words } }, { folder, data, setting }) => {
    if (words.includes("--system") || isOn(setting("", "PIPENV_SYSTEM"))) return undefined;
    if (isOn(setting("", "PIPENV_VENV_IN_PROJECT"))) return inProject(folder);
    const all = setting("", "WORKON_HOME") ?? below(data, "virtualenvs");
    const name = setting("", "PIPENV_CUSTOM_VENV_NAME");
    return name === undefined || all === undefined
      ? namedIn(all)
      : { path: absolute("/", `${all}/${name}`), named: false };
  },
};

const inProject = (folder: string): Place => ({ path: absolute(folder, ".venv"), named: false });
const namedIn = (path: string | undefined): Place | undefined =>
  path === undefined || path.includes("{") ? undefined : { path: absolute("/", path), named: true };
const below = (folder: string | undefined, path: string): string | undefined =>
  folder === undefined ? undefined : `${folder}/${path}`;

const POETRY_ON = /^(?:true|1)$/i;
const isOn = (value: string | undefined): boolean => /^(?:1|true|yes|on|y|t)$/i.test(value ?? "");
const isOff = (value: string | undefined): boolean => /^(?:0|false|no|off|n|f)$/i.test(value ?? "");

/** The commands that a stage and those it stands on run, each with the step that it is in. */
const commandsIn = onceFor((dockerfile: Dockerfile, stage: Stage) =>
  stepsOf(dockerfile, stage).flatMap(({ instruction }) =>
    instruction.keyword === "RUN" ? commandsOf(instruction) : [],
  ),
);

/** Those that it has run, also in the same RUN, when an installation begins. */
function commandsBefore(dockerfile: Dockerfile, { step, command }: Install): readonly Command[] {
  const all = commandsIn(dockerfile, step.stage);
  return all.slice(0, all.indexOf(command));
}

/** `cd backend && poetry install`, `poetry -C backend install`. */
function folderOf({ step, command }: Install, before: readonly Command[], workdir: string): string {
  const own = new Set(commandsOf(step.instruction));
  const entered = before.filter((one) => own.has(one) && one.program === "cd").map(({ argv }) => argv[1] ?? "");
  const { argv } = command;
  const option = argv.findIndex((word) => /^(?:-C|--directory|-P|--project|-p)$/.test(word));
  const joined = argv.flatMap((word) => /^(?:--directory|--project)=(.+)$/.exec(word)?.[1] ?? []);
  const named = option > 0 ? [argv[option + 1] ?? ""] : joined;
  return [...entered, ...named].reduce(absolute, workdir);
}

function settingsOf(
  { read, service }: RuleInput,
  { tool }: Install,
  { env, before }: { readonly env: ReadonlyMap<string, string>; readonly before: readonly Command[] },
): Within["setting"] {
  const configured = new Map<string, string>();
  for (const { argv } of before) {
    const at = argv.indexOf("config");
    if (at < 1 || !argv.slice(0, at).some((word) => word.endsWith(tool))) continue;
    const [name = "", value = ""] = argv.slice(at + 1).filter((word) => !word.startsWith("-"));
    configured.set(name.replace(/^settings\./, ""), value);
  }
  const file = fileOf(service.projectFolder, `${tool}.toml`);
  const text = read?.(file);
  const data = text === undefined ? {} : readToml(file, text, []).data;
  return (name, ...variables) => {
    const set = variables.map((variable) => env.get(variable)).find((value) => value !== undefined);
    const written = name === "" ? undefined : valueAt(data, ...name.split("."));
    return (
      set ??
      configured.get(name) ??
      (typeof written === "string" || typeof written === "boolean" ? String(written) : undefined)
    );
  };
}
