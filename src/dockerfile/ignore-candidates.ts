import { addTo } from "../kit/group.ts";

/** A text that all paths begin or end with that a pattern can match; an empty one says nothing. */
export interface Key {
  readonly side: "head" | "tail";
  readonly text: string;
}

/** The places of the patterns, in order, that a path may match, by what it begins and ends with. */
export function candidatesOf(keys: readonly Key[]): (path: string) => readonly number[] {
  const heads: ByLength = new Map();
  const tails: ByLength = new Map();
  for (const [place, { side, text }] of keys.entries()) {
    const byLength = side === "head" ? heads : tails;
    const byText = byLength.get(text.length) ?? new Map<string, number[]>();
    byLength.set(text.length, byText);
    addTo(byText, text, place);
  }
  return (path) => {
    const found: number[] = [];
    for (const [length, byText] of heads) if (length <= path.length) add(found, byText.get(path.slice(0, length)));
    for (const [length, byText] of tails)
      if (length <= path.length) add(found, byText.get(path.slice(path.length - length)));
    return found.toSorted((one, other) => one - other);
  };
}

type ByLength = Map<number, Map<string, number[]>>;

function add(found: number[], places: readonly number[] = []): void {
  for (const place of places) found.push(place);
}

/** Two ordered lists without a place in common as one. */
export function merged(one: readonly number[], other: readonly number[]): readonly number[] {
  if (one.length === 0) return other;
  const all: number[] = [];
  let at = 0;
  for (const place of one) {
    for (; (other[at] ?? Infinity) < place; at += 1) all.push(other[at] as number);
    all.push(place);
  }
  return [...all, ...other.slice(at)];
}
