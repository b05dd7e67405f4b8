import type { Instruction } from "../model/types.ts";

/** One `name=value` of ENV, LABEL or ARG; quotes and variables still in `value`. ARG may have none. */
export interface Assignment {
  readonly name: string;
  readonly value: string | undefined;
}

/** The assignments of ENV (both forms), LABEL and ARG, in order. */
export function assignmentsOf(instruction: Instruction): readonly Assignment[] {
  const [first, rest] = instruction.words;
  if (first === undefined) return [];
  if (instruction.keyword !== "ARG" && !first.includes("=")) return [{ name: first, value: rest ?? "" }];
  return instruction.words.map((word) => {
    const equals = word.indexOf("=");
    return equals < 0
      ? { name: word, value: undefined }
      : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

/** The value of the first flag of that name, or undefined. */
export function flagValue(instruction: Instruction, name: string): string | undefined {
  return instruction.flags.find((flag) => flag.name === name)?.value;
}

/** Whether a flag like `--link` is on: given alone or as `=true`. */
export function flagIsOn(instruction: Instruction, name: string): boolean {
  const value = flagValue(instruction, name);
  return value === "" || value?.toLowerCase() === "true";
}

/** The fields of `--mount=type=cache,target=/x,readonly`; a field without `=` has the value "true". */
export function mountFields(value: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const field of csvFields(value)) {
    const equals = field.indexOf("=");
    const name = (equals < 0 ? field : field.slice(0, equals)).toLowerCase().trim();
    fields.set(mountAliases.get(name) ?? name, equals < 0 ? "true" : field.slice(equals + 1));
  }
  return fields;
}

const mountAliases: ReadonlyMap<string, string> = new Map([
  ["src", "source"],
  ["dst", "target"],
  ["destination", "target"],
  ["ro", "readonly"],
  ["rw", "readwrite"],
]);

function csvFields(text: string): readonly string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (character === "," && !quoted) {
      fields.push(field);
      field = "";
    } else field += character;
  }
  fields.push(field);
  return fields;
}
