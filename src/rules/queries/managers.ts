import type { Dockerfile, Instruction } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { baseOf } from "./base.ts";
import { type Command, commandsOf } from "./commands.ts";
import { once } from "../../kit/once.ts";
import { rootImage } from "./settings.ts";
import { flag, reachableSteps, shippedStage, shippedSteps } from "./steps.ts";

/** What installs a project's dependencies, beside pip. */
export const MANAGERS = ["uv", "poetry", "pdm", "pipenv", "hatch", "rye"] as const;
export type Manager = (typeof MANAGERS)[number];

/** Installer scripts and images that bring one. */
const FROM_AFAR: Readonly<Record<Manager, RegExp>> = {
  uv: /astral\.sh\/uv\b/,
  poetry: /install\.python-poetry\.org|get-poetry\.py/,
  pdm: /pdm-project\.org\/install|install-pdm\.py/,
  pipenv: /get-pipenv\.py/,
  hatch: /hatch\/releases\//,
  rye: /rye\.astral\.sh|rye-up\.com/,
};

/** How an instruction brings a manager: the command that installs it, or the COPY. */
function broughtBy(instruction: Instruction, manager: Manager): string | undefined {
  if (instruction.keyword === "COPY") {
    const named = flag(instruction, "from") !== undefined && instruction.words.some(isProgram(manager));
    return named ? "The COPY" : undefined;
  }
  const install = installOf(instruction, manager);
  return install && `\`${install.text}\``;
}

/** The command of a RUN that installs a manager, by its name or by a script of its own. */
export const installOf = (instruction: Instruction, manager: Manager): Command | undefined =>
  instruction.keyword === "RUN"
    ? commandsOf(instruction).find(
        ({ argv }) => installsByName(argv, manager) || argv.some((word) => FROM_AFAR[manager].test(word)),
      )
    : undefined;

const isProgram = (manager: Manager) => (word: string) =>
  new RegExp(String.raw`(?:^|/)${manager}${manager === "uv" ? "x?" : ""}$`).test(word);

/** `pip install poetry==2.1`, `pipx install uv`, `apt-get install pipenv`, `uv tool install pdm`. */
function installsByName(argv: readonly string[], manager: Manager): boolean {
  const install = argv.findIndex((word) => word === "install" || word === "add");
  if (install <= 0) return false;
  const by = argv
    .slice(0, install)
    .some((word) => /(?:^|\/)(?:pip[\d.]*|pipx|uv|apt|apt-get|apk|dnf|brew)$/.test(word));
  const name = new RegExp(`^${manager}(?:[=<>~![@]|$)`);
  return by && argv.slice(install + 1).some((word) => name.test(word));
}

const isRemoved = (dockerfile: Dockerfile, manager: Manager): boolean =>
  shippedSteps(dockerfile).some(
    ({ instruction }) =>
      instruction.keyword === "RUN" &&
      commandsOf(instruction).some(({ argv }) => argv.includes("uninstall") && argv.includes(manager)),
  );

/** The steps of the shipped image that bring a manager which stays there. */
export function managerSteps(
  dockerfile: Dockerfile,
  manager: Manager,
): ReadonlyArray<{ readonly instruction: Instruction; readonly how: string }> {
  if (isRemoved(dockerfile, manager)) return [];
  return shippedSteps(dockerfile).flatMap(({ instruction }) => {
    const how = broughtBy(instruction, manager);
    return how === undefined ? [] : [{ instruction, how }];
  });
}

/** Whether the shipped image has a manager; undefined where its base, or what is copied into it, may hold it. */
export function hasManager(input: RuleInput, manager: Manager): boolean | undefined {
  const { dockerfile, service } = input;
  const stage = shippedStage(dockerfile);
  if (!stage) return undefined;
  const base = baseOf(rootImage(dockerfile, stage));
  if (base.name.includes(manager) || managerSteps(dockerfile, manager).length > 0) return true;
  if (mayHold(dockerfile, manager) || service.dependencies.runtimeClosure.includes(manager)) return undefined;
  const isPlain =
    !base.unresolved &&
    (base.name === "python" || /^(?:debian|ubuntu|alpine|amazonlinux|ubi\d.*|fedora)$/.test(base.short));
  return isPlain || base.short === "uv" ? false : undefined;
}

/** Something that only runs may tell: a script of the context, or a folder of programs from a stage that has it. */
const mayHold = (dockerfile: Dockerfile, manager: Manager): boolean =>
  shippedSteps(dockerfile).some(({ instruction }) => {
    if (instruction.keyword === "RUN")
      return commandsOf(instruction).some(
        ({ program, argv }) =>
          program === "make" ||
          argv.some((word) => word.endsWith(".sh") || /(?:^|\/)requirements[\w.-]*\.txt$/.test(word)) ||
          argv.some((word) => word.endsWith(`bin/${manager}`)),
      );
    if (instruction.keyword !== "COPY" || flag(instruction, "from") === undefined) return false;
    const target = instruction.words.at(-1) ?? "";
    return (
      /^\/(?:usr(?:\/local)?(?:\/s?bin)?|opt(?:\/[\w.-]+)?|root(?:\/\.local)?(?:\/bin)?|s?bin)?\/?$/.test(target) &&
      broughtAnywhere(dockerfile).has(manager)
    );
  });

const broughtAnywhere: (dockerfile: Dockerfile) => ReadonlySet<Manager> = once(
  (dockerfile) =>
    new Set(
      MANAGERS.filter((manager) =>
        reachableSteps(dockerfile).some(({ instruction }) => broughtBy(instruction, manager) !== undefined),
      ),
    ),
);

/** The managers that wrappers of a start name: `poetry run`, `uv run`. */
export const managersIn = (wrappers: readonly string[]): readonly Manager[] =>
  MANAGERS.filter((manager) => wrappers.some((one) => one === manager || one.startsWith(`${manager} `)));
