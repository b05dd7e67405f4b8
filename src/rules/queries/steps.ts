import { rangeInFile } from "../../dockerfile/places.ts";
import { lineOf, reachableStages, shippedStage } from "../../dockerfile/stages.ts";
import { addTo } from "../../kit/group.ts";
import { lineAt } from "../../kit/lines.ts";
import { commandsOf } from "./commands.ts";
import { once, onceFor } from "../../kit/once.ts";
import type { Dockerfile, Instruction, Place, Range, Stage } from "../../model/types.ts";

export { shippedStage };

/** One instruction with the stage it stands in. */
export interface Step {
  readonly stage: Stage;
  readonly instruction: Instruction;
}

/** The stage and the stages it is built on, the outermost ancestor first. */
export const lineage: typeof lineOf = lineOf;

/** Every instruction of a stage and of the stages it is built on, in the order BuildKit runs them. */
export const stepsOf = (dockerfile: Dockerfile, stage: Stage | undefined): readonly Step[] =>
  stage === undefined ? [] : knownSteps(dockerfile, stage);

/** What the stage does itself, on whatever it stands. */
export const ownSteps: (stage: Stage) => readonly Step[] = once((stage) =>
  stage.instructions.map((instruction) => ({ stage, instruction })),
);

const knownSteps = onceFor((dockerfile: Dockerfile, stage: Stage): readonly Step[] =>
  lineage(dockerfile, stage).flatMap((own) => ownSteps(own)),
);

/** Everything whose result is in the shipped image. */
export const shippedSteps: (dockerfile: Dockerfile) => readonly Step[] = once((dockerfile) =>
  stepsOf(dockerfile, shippedStage(dockerfile)),
);

/** Stages that take part in building the shipped one, in file order. The others are never built by BuildKit. */
export const reachable: (dockerfile: Dockerfile) => readonly Stage[] = once((dockerfile) =>
  reachableStages(dockerfile),
);

export const reachableSteps: (dockerfile: Dockerfile) => readonly Step[] = once((dockerfile) =>
  reachable(dockerfile).flatMap((stage) => ownSteps(stage)),
);

/** What `--from` and mounts' `from=` name. */
export function sourcesOf(instruction: Instruction): readonly string[] {
  return instruction.flags.flatMap(({ name, value }) => {
    if (name === "from") return [value];
    const from = name === "mount" ? mountOptions(value)["from"] : undefined;
    return from === undefined ? [] : [from];
  });
}

/** An earlier stage by name or number. */
export function stageNamed(dockerfile: Dockerfile, name: string, before: number): Stage | undefined {
  const isEarlier = (stage: Stage | undefined): stage is Stage => stage !== undefined && stage.index < before;
  const byName = stagesByName(dockerfile).get(name.toLowerCase())?.findLast(isEarlier);
  const numbered = /^\d+$/.test(name) ? dockerfile.stages[Number(name)] : undefined;
  return byName ?? (isEarlier(numbered) ? numbered : undefined);
}

const stagesByName: (dockerfile: Dockerfile) => ReadonlyMap<string | undefined, readonly Stage[]> = once(
  (dockerfile) => {
    const named = new Map<string | undefined, Stage[]>();
    for (const stage of dockerfile.stages) addTo(named, stage.name, stage);
    return named;
  },
);

export function flag(instruction: Instruction, name: string): string | undefined {
  return instruction.flags.findLast((one) => one.name === name)?.value;
}

export type MountOptions = Readonly<Record<string, string>>;

/** `type=cache,target=/root/.cache/uv,sharing=locked` as a record. Docker's short names are spelled out. */
export function mountOptions(value: string): MountOptions {
  const options: Record<string, string> = {};
  for (const part of value.split(",")) {
    const equals = part.indexOf("=");
    const key = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    const name = { dst: "target", destination: "target", src: "source" }[key] ?? key;
    options[name] = equals < 0 ? "true" : part.slice(equals + 1);
  }
  return options;
}

export const mountsOf = (instruction: Instruction): readonly MountOptions[] =>
  instruction.flags.filter(({ name }) => name === "mount").map(({ value }) => mountOptions(value));

/** Where an instruction stands; `within` narrows the range to a part of it. */
export function at(dockerfile: Dockerfile, instruction: Instruction, within?: Range): Place {
  const range = within ?? instruction.range;
  return {
    file: dockerfile.path,
    line: within ? lineAt(dockerfile.text, within.start) : instruction.line,
    range,
  };
}

/** The range of a piece of text inside an instruction, or the whole instruction. */
export function find(dockerfile: Dockerfile, instruction: Instruction, piece: string): Range {
  const { start, end } = instruction.range;
  const known = placesOfCommands(dockerfile, instruction).get(piece);
  if (known !== undefined) return known;
  const offset = dockerfile.text.slice(start, end).indexOf(piece);
  return offset < 0 ? instruction.range : { start: start + offset, end: start + offset + piece.length };
}

/** Where each command of a script stands, by its text: looking for each of ten thousand from the first on takes long. */
const placesOfCommands: (dockerfile: Dockerfile, instruction: Instruction) => ReadonlyMap<string, Range> = onceFor(
  (dockerfile, instruction) => {
    const places = new Map<string, Range>();
    for (const { text, start } of commandsOf(instruction)) {
      if (start === undefined || places.has(text)) continue;
      const range = rangeInFile(dockerfile, instruction.inner ?? instruction, { start, end: start + text.length });
      places.set(text, range !== undefined && isThere(dockerfile, range, text) ? range : instruction.range);
    }
    return places;
  },
);

/** Not where it goes over several lines. */
const isThere = ({ text }: Dockerfile, { start, end }: Range, piece: string): boolean =>
  text.slice(start, end) === piece;

/** The whole lines of an instruction with their break: what to cut when it goes. */
export function wholeLines(dockerfile: Dockerfile, instruction: Instruction): Range {
  const start = dockerfile.text.lastIndexOf("\n", instruction.range.start - 1) + 1;
  const breakAt = dockerfile.text.indexOf("\n", instruction.range.end);
  return { start, end: breakAt < 0 ? dockerfile.text.length : breakAt + 1 };
}
