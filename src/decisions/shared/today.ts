import { shippedStage } from "../../dockerfile/stages.ts";
import type { Dockerfile, Instruction, Stage } from "../../model/types.ts";

/** The stage that ships today: the last one, or the one that is built by name. */
export const finalStage = (dockerfile: Dockerfile | undefined): Stage | undefined =>
  dockerfile === undefined ? undefined : shippedStage(dockerfile);

/** The final stage and the stages it is built from, the outermost base first. */
export function lineage(dockerfile: Dockerfile | undefined): readonly Stage[] {
  const chain: Stage[] = [];
  let stage = finalStage(dockerfile);
  while (stage !== undefined && !chain.includes(stage)) {
    chain.unshift(stage);
    stage = stage.parent === undefined ? undefined : dockerfile?.stages[stage.parent];
  }
  return chain;
}

/** Instructions of one kind that end up in today's image, in order. */
export const instructionsToday = (dockerfile: Dockerfile | undefined, keyword: string): readonly Instruction[] =>
  lineage(dockerfile).flatMap((stage) => stage.instructions.filter((instruction) => instruction.keyword === keyword));

export const at = (dockerfile: Dockerfile | undefined, instruction: Instruction | undefined): readonly string[] =>
  dockerfile === undefined || instruction === undefined ? [] : [`${dockerfile.path}:${instruction.line}`];

/** The image that today's final stage starts from, ARG defaults filled in. */
export const baseToday = (dockerfile: Dockerfile | undefined): string | undefined =>
  lineage(dockerfile)[0]?.resolvedBase;

/** Name and value of each ENV setting of today's image; a later one wins. */
export function envToday(dockerfile: Dockerfile | undefined): ReadonlyMap<string, { value: string; place: string }> {
  const result = new Map<string, { value: string; place: string }>();
  for (const instruction of instructionsToday(dockerfile, "ENV")) {
    const place = `${dockerfile?.path}:${instruction.line}`;
    const first = instruction.words[0] ?? "";
    if (!first.includes("=")) {
      result.set(first, { value: instruction.args.slice(first.length).trim(), place });
      continue;
    }
    for (const word of instruction.words) {
      const equals = word.indexOf("=");
      if (equals > 0) result.set(word.slice(0, equals), { value: unquote(word.slice(equals + 1)), place });
    }
  }
  return result;
}

function unquote(value: string): string {
  const quote = value[0];
  return (quote === '"' || quote === "'") && value.endsWith(quote) && value.length > 1 ? value.slice(1, -1) : value;
}
