import type { Evidence, Fact } from "../../model/types.ts";

/** `file:line` for each piece of evidence, each once. */
export function places(...evidence: ReadonlyArray<readonly Evidence[] | Evidence | undefined>): readonly string[] {
  const all = evidence.flat().filter((one) => one !== undefined);
  return [...new Set(all.map((one) => `${one.file}:${one.line}`))];
}

export const placesOf = (...facts: ReadonlyArray<Fact<unknown> | undefined>): readonly string[] =>
  places(...facts.map((fact) => fact?.evidence));

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** One argument vector as a person would type it. */
export const shown = (argv: readonly string[]): string =>
  argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(" ");
