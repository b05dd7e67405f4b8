/** `. Did you mean \`size\`?` for the name that differs least, or nothing when none is near. */
export function didYouMean(name: string, names: readonly string[]): string {
  const best = nearest(name, names, Math.max(2, Math.floor(name.length / 2)));
  return best === undefined ? "" : `. Did you mean \`${best}\`?`;
}

/** The name that differs least, in `most` characters at most; whether they are capital makes no difference. */
export function nearest(name: string, names: readonly string[], most: number): string | undefined {
  const [best] = names
    .map((candidate) => ({ candidate, distance: distanceOf(name.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  return best === undefined || best.distance > most ? undefined : best.candidate;
}

/** How many characters must be put in, taken out or changed to make one of the other (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
