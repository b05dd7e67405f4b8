import type { Match, Sought } from "../model/types.ts";
import { type Kind, listOf, text } from "./config-kinds.ts";

/**
 * A regular expression as Go writes it, as one of JavaScript: flags in front (`(?i)`) are set apart; `\A`, `\z` and
 * named classes are put into JavaScript's words.
 */
export function patternOf(written: string): Extract<Match, { pattern: string }> {
  const [, letters = "", rest = ""] = /^(?:\(\?([imsU]+)\))?(.*)$/s.exec(written) ?? [];
  const flags = [...new Set(letters)].filter((letter) => "ims".includes(letter)).join("");
  const pattern = rest
    .replaceAll("\\A", "^")
    .replaceAll("\\z", "$")
    .replaceAll("(?P<", "(?<")
    .replaceAll(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole);
  return { pattern, flags };
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "A-Za-z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\s",
  xdigit: "0-9A-Fa-f",
  punct: "!-\\/:-@\\[-`{-~",
  word: "\\w",
};

export const regexp: Kind = {
  check: (value, path) => text.check(value, path) ?? problemOf(value as string, path),
  schema: () => ({ type: "string", format: "regex" }),
};

function problemOf(written: string, path: ReadonlyArray<string | number>): ReturnType<Kind["check"]> {
  const { pattern, flags } = patternOf(written);
  try {
    void new RegExp(pattern, flags);
    return undefined;
  } catch (error) {
    return { path, message: `is no regular expression: ${(error as Error).message.replace(/^.*: /, "")}` };
  }
}

const severally = (kind: Kind): Kind => ({
  check: (value, path) => (Array.isArray(value) ? listOf(kind) : kind).check(value, path),
  schema: () => ({ anyOf: [kind.schema(), listOf(kind).schema()] }),
});

/** What a text is searched for: each key takes one or a list. */
export const soughtKinds: Readonly<Record<"contains" | "matches" | "lacks" | "lacksMatch", Kind>> = {
  contains: severally(text),
  matches: severally(regexp),
  lacks: severally(text),
  lacksMatch: severally(regexp),
};

export type Written = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly string[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly string[]) : [value as string];
};
const plain = (value: string): Match => ({ text: value });

/** In a file of ours `^` and `$` mean a line, as they do in the requirements. */
export function linePattern(written: string): Match {
  const { pattern, flags } = patternOf(written);
  return { pattern, flags: flags.includes("m") ? flags : `${flags}m` };
}

export const soughtOf = (written: Written = {}): Sought => ({
  has: [...list(written["contains"]).map(plain), ...list(written["matches"]).map(linePattern)],
  lacks: [...list(written["lacks"]).map(plain), ...list(written["lacksMatch"]).map(linePattern)],
});

export const patternsOf = (has: unknown, lacks: unknown): Sought => ({
  has: list(has).map(patternOf),
  lacks: list(lacks).map(patternOf),
});
