import { commandsOfInstruction } from "../dockerfile/shell.ts";
import { reachableStages } from "../dockerfile/stages.ts";
import type { Dockerfile } from "../model/types.ts";
import type { Installed } from "./dependencies.ts";
import type { Pyproject } from "./pyproject.ts";
import { normalName } from "./requirement.ts";
import { baseName } from "./unwrap.ts";

type Known = Pick<Pyproject, "groups" | "extras" | "defaultGroups" | "optionalGroups">;
const NOTHING: Known = { groups: {}, extras: {}, defaultGroups: [], optionalGroups: [] };

/** Groups and extras that the RUN lines of an image's stages install. */
export function installedBy(dockerfile: Dockerfile | undefined, known: Known = NOTHING): Installed {
  const commands = (dockerfile === undefined ? [] : reachableStages(dockerfile)).flatMap((stage) =>
    stage.instructions
      .filter(({ keyword }) => keyword === "RUN")
      .flatMap((instruction) => commandsOfInstruction(instruction, stage)),
  );
  return {
    groups: sorted(commands.flatMap(({ name, args }) => groupsOf(baseName(name), args, known))),
    extras: sorted(commands.flatMap(({ args }) => extrasOf(args, known))),
  };
}

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted();

function extrasOf(words: readonly string[], known: Known): readonly string[] {
  if (!words.includes("install") && !words.includes("sync")) return [];
  const bracketed = words.flatMap((word) => /^\.[\w./-]*\[([\w,\s-]+)\]$/.exec(word)?.[1]?.split(",") ?? []);
  return [
    ...valuesOf(words, ["--extra", "--extras", "-E"]),
    ...(words.includes("--all-extras") ? Object.keys(known.extras) : []),
    ...bracketed.map((extra) => normalName(extra.trim())),
  ];
}

/** Groups that one command installs beside the runtime dependencies. */
export function groupsOf(program: string, words: readonly string[], known: Omit<Known, "extras">): readonly string[] {
  const installs = words.includes("install") || words.includes("sync");
  if (!installs) return [];
  switch (program) {
    case "uv":
      return words.includes("pip") ? fromRequirements(words) : uvGroups(words, known);
    case "poetry":
      return poetryGroups(words, known);
    case "pdm":
      return words.some((word) => ["--prod", "--production", "--no-default"].includes(word))
        ? []
        : Object.keys(known.groups);
    case "pipenv":
      return words.includes("--dev") || words.includes("-d") ? ["dev"] : [];
    default:
      return /^(?:pip|python)[\d.]*$/.test(program) ? fromRequirements(words) : [];
  }
}

/** `-r requirements-dev.txt` installs what such a file is for. */
const fromRequirements = (words: readonly string[]): readonly string[] =>
  valuesOf(words, ["-r", "--requirement", "--requirements"], (value) => value).flatMap(
    (file) => /(?:^|[/_.-])(dev|develop|tests?|lint|docs?)(?=[/_.-])/.exec(file)?.[1] ?? [],
  );

function uvGroups(words: readonly string[], { groups, defaultGroups }: Omit<Known, "extras">): readonly string[] {
  const known = Object.keys(groups);
  const only = valuesOf(words, ["--only-group"]);
  if (only.length > 0 || words.includes("--only-dev")) return only.length > 0 ? only : ["dev"];
  const without = new Set(valuesOf(words, ["--no-group"]));
  if (words.includes("--no-dev")) without.add("dev");
  const defaults = words.includes("--no-default-groups") ? [] : defaultGroups;
  const all = words.includes("--all-groups")
    ? known
    : [...valuesOf(words, ["--group"]), ...(words.includes("--dev") ? ["dev"] : []), ...defaults];
  return all.filter((group) => known.includes(group) && !without.has(group));
}

function poetryGroups(words: readonly string[], { groups, optionalGroups }: Omit<Known, "extras">): readonly string[] {
  const asked = new Set(valuesOf(words, ["--with"]));
  const isKnown = (group: string) =>
    !optionalGroups.includes(group) || asked.has(group) || words.includes("--all-groups");
  const known = Object.keys(groups).filter(isKnown);
  const only = valuesOf(words, ["--only"]);
  if (only.length > 0) return only.filter((group) => group !== "main");
  const without = new Set(valuesOf(words, ["--without"]));
  return words.includes("--no-dev") || words.includes("--only-root")
    ? []
    : known.filter((group) => !without.has(group));
}

/** Values of an option, in both its forms (`--x v` and `--x=v`), several by comma. */
function valuesOf(
  words: readonly string[],
  options: readonly string[],
  read: (value: string) => string = normalName,
): readonly string[] {
  const found = words.flatMap((word, index) => {
    if (options.includes(word)) return [words[index + 1] ?? ""];
    const option = options.find((each) => each.startsWith("--") && word.startsWith(`${each}=`));
    return option === undefined ? [] : [word.slice(option.length + 1)];
  });
  return found
    .flatMap((value) => value.split(/[,\s]+/))
    .filter(Boolean)
    .map(read);
}
