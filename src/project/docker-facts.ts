import type { Dockerfile, Evidence, Instruction } from "../model/types.ts";
import { normalName } from "./requirement.ts";
import { SourceText } from "./source-text.ts";
import { splitShell } from "./shell-line.ts";
import { shippedStages } from "./starts.ts";
import { baseName } from "./unwrap.ts";
import type { Installed } from "./dependencies.ts";
import type { Pyproject } from "./pyproject.ts";

export type EnvSettings = ReadonlyMap<string, Evidence & { readonly value: string }>;

/** ENV of the stage that ships, later lines over earlier ones. */
export function dockerEnv(dockerfile: Dockerfile): EnvSettings {
  const source = new SourceText(dockerfile.path, dockerfile.text);
  const env = new Map<string, Evidence & { readonly value: string }>();
  for (const stage of shippedStages(dockerfile).toReversed()) {
    for (const instruction of stage.instructions) {
      if (instruction.keyword !== "ENV") continue;
      for (const [name, value] of assignmentsIn(instruction))
        env.set(name, { ...source.at(instruction.range.start), value });
    }
  }
  return env;
}

function assignmentsIn({ words, args }: Instruction): ReadonlyArray<readonly [string, string]> {
  const [first = ""] = words;
  if (!first.includes("=")) return first === "" ? [] : [[first, unquote(args.slice(first.length).trim())]];
  return words.map((word) => [word.slice(0, word.indexOf("=")), unquote(word.slice(word.indexOf("=") + 1))]);
}

const unquote = (text: string): string => text.replaceAll(/^(["'])([\s\S]*)\1$/g, "$2");

/** Ports that EXPOSE names as plain numbers. */
export function exposedPorts(
  dockerfile: Dockerfile,
): ReadonlyArray<{ readonly port: number; readonly evidence: Evidence }> {
  const source = new SourceText(dockerfile.path, dockerfile.text);
  return shippedStages(dockerfile).flatMap((stage) =>
    stage.instructions
      .filter(({ keyword }) => keyword === "EXPOSE")
      .flatMap((instruction) =>
        instruction.words.flatMap((word) => {
          const port = /^(\d+)(?:\/tcp)?$/.exec(word)?.[1];
          return port === undefined ? [] : [{ port: Number(port), evidence: source.at(instruction.range.start) }];
        }),
      ),
  );
}

/** Groups and extras that the RUN lines of any stage install. */
export function installedBy(dockerfile: Dockerfile | undefined, pyproject: Pyproject | undefined): Installed {
  const groups = new Set<string>();
  const extras = new Set<string>();
  const lines =
    dockerfile?.stages.flatMap(({ instructions }) => instructions.filter(({ keyword }) => keyword === "RUN")) ?? [];
  for (const instruction of lines) {
    const script = [instruction.args, ...instruction.heredocs.map(({ content }) => content)].join("\n");
    for (const { words } of instruction.form === "exec" ? [{ words: instruction.words }] : splitShell(script))
      readInstall(words, pyproject, groups, extras);
  }
  return { groups: [...groups].toSorted(), extras: [...extras].toSorted() };
}

function readInstall(
  words: readonly string[],
  pyproject: Pyproject | undefined,
  groups: Set<string>,
  extras: Set<string>,
): void {
  const start = words.findIndex((word) => ["uv", "poetry", "pdm", "pip", "pip3", "pipenv"].includes(baseName(word)));
  const program = baseName(words[start] ?? "");
  const rest = words.slice(start + 1);
  const known = { groups: Object.keys(pyproject?.groups ?? {}), extras: Object.keys(pyproject?.extras ?? {}) };
  for (const extra of valuesOf(rest, ["--extra", "--extras", "-E"])) extras.add(extra);
  if (rest.includes("--all-extras")) for (const extra of known.extras) extras.add(extra);
  for (const word of rest) {
    const named = /^(?:\.|[\w./-]*)\[([\w,\s-]+)\]$/.exec(word)?.[1];
    if (rest.includes("install") && named !== undefined && word.startsWith("."))
      for (const extra of named.split(",")) extras.add(normalName(extra.trim()));
  }
  if (program === "uv" && rest.includes("sync")) for (const group of uvGroups(rest, pyproject)) groups.add(group);
  else if (program === "poetry" && rest.includes("install"))
    for (const group of poetryGroups(rest, known.groups)) groups.add(group);
  else if (
    program === "pdm" &&
    (rest.includes("install") || rest.includes("sync")) &&
    !rest.includes("--prod") &&
    !rest.includes("--production")
  )
    for (const group of known.groups) groups.add(group);
  else if (program === "pipenv" && rest.includes("--dev")) groups.add("dev");
  else if (program.startsWith("pip"))
    for (const file of valuesOf(rest, ["-r", "--requirement"], (value) => value)) {
      const group = /(?:^|[/_.-])(dev|develop|tests?|lint|docs?)(?=[/_.-])/.exec(file)?.[1];
      if (group !== undefined) groups.add(group);
    }
}

function uvGroups(words: readonly string[], pyproject: Pyproject | undefined): readonly string[] {
  const known = Object.keys(pyproject?.groups ?? {});
  const only = valuesOf(words, ["--only-group"]);
  if (only.length > 0) return only;
  const named = valuesOf(words, ["--group"]);
  const without = new Set(valuesOf(words, ["--no-group"]));
  if (words.includes("--no-dev")) without.add("dev");
  const defaults = words.includes("--no-default-groups") ? [] : (pyproject?.defaultGroups ?? []);
  const all = words.includes("--all-groups") ? known : [...named, ...defaults];
  return all.filter((group) => known.includes(group) && !without.has(group));
}

function poetryGroups(words: readonly string[], known: readonly string[]): readonly string[] {
  const only = valuesOf(words, ["--only"]);
  if (only.length > 0) return only.filter((group) => group !== "main");
  const without = new Set(valuesOf(words, ["--without"]));
  return words.includes("--no-dev") ? [] : known.filter((group) => !without.has(group));
}

/** Values of an option, in both its forms (`--x v` and `--x=v`), several by comma. */
function valuesOf(
  words: readonly string[],
  options: readonly string[],
  read: (value: string) => string = normalName,
): readonly string[] {
  const found = words.flatMap((word, at) => {
    if (options.includes(word)) return [words[at + 1] ?? ""];
    const option = options.find((each) => each.startsWith("--") && word.startsWith(`${each}=`));
    return option === undefined ? [] : [word.slice(option.length + 1)];
  });
  return found
    .flatMap((value) => value.split(/[,\s]+/))
    .filter(Boolean)
    .map(read);
}
