import { commandsOfInstruction } from "../dockerfile/shell.ts";
import { reachableStages, stageState } from "../dockerfile/stages.ts";
import type { DependencyFacts, Dockerfile, Instruction, Stage } from "../model/types.ts";
import { pipItems, type ToolCall, toolCall } from "./install-command.ts";
import { filledIn } from "./installed-files.ts";
import type { Pyproject } from "./pyproject.ts";
import { normalName } from "./requirement.ts";

/** Groups and extras that the existing images install on top of the runtime dependencies. */
export interface Installed {
  readonly groups: readonly string[];
  readonly extras: readonly string[];
}

/** What a project has to choose from. */
export type Known = Pick<DependencyFacts, "groups" | "extras"> &
  Partial<Pick<Pyproject, "defaultGroups" | "optionalGroups">>;

/** Groups and extras that the RUN lines of an image's stages install. */
export function installedBy(dockerfile: Dockerfile | undefined, known: Known): Installed {
  const calls = dockerfile === undefined ? [] : toolCalls(dockerfile);
  return {
    groups: sorted(calls.flatMap((call) => groupsInstalled(call, known))),
    extras: sorted(calls.flatMap((call) => extrasOf(call, known))),
  };
}

/** What the stages of the image run of a tool that installs packages of Python, in their order. */
export const toolCalls = (dockerfile: Dockerfile): readonly ToolCall[] =>
  reachableStages(dockerfile).flatMap((stage) => callsIn(dockerfile, stage));

const callsIn = (dockerfile: Dockerfile, stage: Stage): readonly ToolCall[] =>
  stage.instructions
    .filter(({ keyword }) => keyword === "RUN")
    .flatMap((instruction) =>
      commandsOfInstruction(instruction, stage).flatMap(({ name, args }) => {
        const call = toolCall([name, ...args]);
        return call === undefined ? [] : [filledCall(call, { dockerfile, stage, instruction })];
      }),
    );

/** A call as the build's own values of ARG and ENV make it: `-r requirements-dev.txt` for `-r ${LIST}`. */
export function filledCall(
  call: ToolCall,
  {
    dockerfile,
    stage,
    instruction,
  }: { readonly dockerfile: Dockerfile; readonly stage: Stage; readonly instruction: Instruction },
): ToolCall {
  if (!call.words.some((word) => word.includes("$"))) return call;
  const state = stageState(dockerfile, stage, { before: instruction });
  return { ...call, words: call.words.map((word) => filledIn(word, state)) };
}

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted();

/** What installs, and what writes a requirements file for pip to install. */
const INSTALLING = new Set(["install", "sync", "export", "requirements"]);

/** Extras of the project that one command installs. */
export function extrasOf({ tool, verb, words }: ToolCall, known: Known): readonly string[] {
  if (!INSTALLING.has(verb)) return [];
  const bracketed = words.flatMap((word) => /^\.[\w./-]*\[([\w,\s-]+)\]$/.exec(word)?.[1]?.split(",") ?? []);
  const all = Object.keys(known.extras);
  const groups = tool === "pdm" ? valuesOf(words, PDM_GROUPS) : [];
  return [
    ...valuesOf(words, ["--extra", "--extras", "-E"]),
    ...(words.includes("--all-extras") || words.includes(":all") ? all : []),
    ...groups.filter((name) => all.includes(name)),
    ...bracketed.map((extra) => normalName(extra.trim())),
  ];
}

/** Groups that one command installs beside what is always installed. */
export function groupsInstalled(call: ToolCall, known: Known): readonly string[] {
  const { tool, verb, words } = call;
  if (!INSTALLING.has(verb)) return [];
  switch (tool) {
    case "uv":
      return uvGroups(words, known);
    case "poetry":
      return poetryGroups([verb, ...words], known);
    case "pdm":
      return pdmGroups(words, Object.keys(known.groups));
    case "pipenv":
      return pipenvGroups(words, Object.keys(known.groups));
    case "pip":
    default:
      return [...pipItems(call).groups, ...fromRequirements(call)];
  }
}

const PDM_GROUPS = ["--group", "-G", "--with"];

function pdmGroups(words: readonly string[], known: readonly string[]): readonly string[] {
  if (words.some((word) => ["--prod", "--production", "--no-dev"].includes(word))) return [];
  const without = new Set(valuesOf(words, ["--without"]));
  const named = valuesOf(words, PDM_GROUPS).filter((name) => known.includes(name));
  // `-d -G test`: of development's groups only this one.
  const only = (words.includes("-d") || words.includes("--dev")) && named.length > 0;
  return (only ? named : known).filter((group) => !without.has(group));
}

function pipenvGroups(words: readonly string[], known: readonly string[]): readonly string[] {
  const categories = valuesOf(words, ["--categories"]).map((name) => (name === "dev-packages" ? "dev" : name));
  const dev = words.some((word) => ["--dev", "-d", "--dev-only"].includes(word)) ? ["dev"] : [];
  return [...dev, ...categories.filter((name) => known.includes(name))];
}

/** `-r requirements-dev.txt` installs what such a file is for. */
const fromRequirements = (call: ToolCall): readonly string[] =>
  pipItems(call).files.flatMap((file) => /(?:^|[/_.-])(dev|develop|tests?|lint|docs?)(?=[/_.-])/.exec(file)?.[1] ?? []);

function uvGroups(words: readonly string[], { groups, defaultGroups = ["dev"] }: Known): readonly string[] {
  const known = Object.keys(groups);
  const only = valuesOf(words, ["--only-group"]);
  if (only.length > 0 || words.includes("--only-dev")) return only.length > 0 ? only : ["dev"];
  const without = new Set(valuesOf(words, ["--no-group"]));
  if (words.includes("--no-dev")) without.add("dev");
  const defaults = words.includes("--no-default-groups") ? [] : defaultGroups;
  const all = words.includes("--all-groups")
    ? known
    : [...valuesOf(words, ["--group"]), ...(words.includes("--dev") ? ["dev"] : []), ...defaults];
  return [...new Set(all)].filter((group) => known.includes(group) && !without.has(group));
}

function poetryGroups(words: readonly string[], { groups, optionalGroups = [] }: Known): readonly string[] {
  const known = Object.keys(groups);
  const only = valuesOf(words, ["--only"]);
  if (only.length > 0) return only.filter((group) => group !== "main");
  if (words.includes("--no-dev") || words.includes("--only-root")) return [];
  const without = new Set(valuesOf(words, ["--without"]));
  const asked = new Set(valuesOf(words, ["--with"]));
  const all = words.includes("--all-groups");
  // `poetry export` names the main group alone unless it is told otherwise.
  const usual = (group: string) => !words.includes("export") && !optionalGroups.includes(group);
  return known.filter((group) => !without.has(group) && (all || asked.has(group) || usual(group)));
}

/** Values of an option, in both its forms (`--x v` and `--x=v`), several by comma; normalised. */
export function valuesOf(words: readonly string[], options: readonly string[]): readonly string[] {
  const found = words.flatMap((word, index) => {
    if (options.includes(word)) return [words[index + 1] ?? ""];
    const option = options.find((each) => each.startsWith("--") && word.startsWith(`${each}=`));
    return option === undefined ? [] : [word.slice(option.length + 1)];
  });
  return found
    .flatMap((value) => value.split(/[,\s]+/))
    .filter(Boolean)
    .map(normalName);
}
