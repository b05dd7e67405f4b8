import { constantText } from "./constants.ts";
import { type EnvRead, literalText } from "./env-read.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import type { Call } from "./python-tree.ts";

/**
 * Variables that options of click and typer read: `envvar="PORT"`, or the first of several. None is required: a word of
 * the command line may give the same.
 */
export function readOptions(sources: PythonSources): readonly EnvRead[] {
  return sources.withAny("envvar").flatMap((file) => file.calls.flatMap((call) => optionRead(sources, file, call)));
}

function optionRead(sources: PythonSources, file: PythonFile, call: Call): readonly EnvRead[] {
  if (!/(?:^|\.)(?:option|argument|Option|Argument)$/.test(calledName(file, call))) return [];
  const given = call.keywords.get("envvar");
  const name = constantText(sources, file, given?.kind === "list" ? given.items[0] : given);
  if (name === undefined || !/^[A-Za-z_]\w*$/.test(name)) return [];
  // Of typer's, the first argument that is no flag.
  const [first] = call.args;
  const isFlag = first?.kind === "text" && first.value.startsWith("-");
  const isTyper = /\.?(?:Option|Argument)$/.test(calledName(file, call));
  const fallback = call.keywords.get("default") ?? (isTyper && !isFlag ? first : undefined);
  const type = call.keywords.get("type");
  return [
    {
      name,
      required: false,
      default: fallback?.kind === "none" ? undefined : literalText(sources, file, fallback),
      type: type?.kind === "name" ? type.path : undefined,
      confidence: "likely",
      evidence: evidenceOf(file, call),
    },
  ];
}
