import { constantText } from "./constants.ts";
import type { EnvRead } from "./env-read.ts";
import { evidenceOf, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import { type Call, type Expression, within } from "./python-tree.ts";

/**
 * What the validators of a Dynaconf object ask for, under the names of the variables that fill it. Only they say what
 * must be there: every other setting may stand in a file.
 */
export function* readDynaconf(sources: PythonSources): Generator<EnvRead> {
  for (const file of sources.withAny("Dynaconf(", "LazySettings("))
    for (const { value } of file.assignments) {
      if (value?.kind !== "call" || !/^dynaconf\.(?:\w+\.)*(?:Dynaconf|LazySettings)$/.test(qualified(file, value.of)))
        continue;
      const prefix = prefixOf(sources, file, value.keywords.get("envvar_prefix"));
      for (const call of validatorsIn(file, value)) yield* readValidator(sources, file, call, prefix);
    }
}

const validatorsIn = (file: PythonFile, { keywords }: Call): readonly Call[] =>
  [...within(keywords.get("validators"))].filter(
    (part): part is Call => part.kind === "call" && qualified(file, part.of).endsWith("Validator"),
  );

/** `envvar_prefix="SHOP"` gives SHOP_, False gives none; without it, it is DYNACONF_. */
function prefixOf(sources: PythonSources, file: PythonFile, written: Expression | undefined): string {
  if (written === undefined) return "DYNACONF_";
  const text = constantText(sources, file, written);
  return text === undefined || text === "" ? "" : `${text.toUpperCase()}_`;
}

function* readValidator(sources: PythonSources, file: PythonFile, call: Call, prefix: string): Generator<EnvRead> {
  const fallback = call.keywords.get("default");
  const asked = ["must_exist", "required"].some((key) => {
    const value = call.keywords.get(key);
    return value?.kind === "boolean" && value.value;
  });
  for (const arg of call.args) {
    const name = constantText(sources, file, arg);
    if (name === undefined) continue;
    yield {
      // A dot goes into a table, which a variable writes with two underscores.
      name: `${prefix}${name.toUpperCase().replaceAll(".", "__")}`,
      required: asked && fallback === undefined,
      default: constantText(sources, file, fallback),
      type: "",
      confidence: "likely",
      evidence: evidenceOf(file, call),
    };
  }
}
