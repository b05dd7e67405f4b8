/** Content is compared in words only: what differs may be a secret. */
const DATE = /\d{4}-\d\d-\d\d|\d\d:\d\d(?::\d\d)?|\b1\d{9}(?:\.\d+|\d{3})?\b/;
const RANDOM = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|\b(?=[\da-f]*\d)[\da-f]{16,}\b|\b[\w+/]{22,}={0,2}/i;
/** A longer file is no note of a build step. */
const MOST_BYTES = 5_000_000;

/** What differs in the content of a file, as far as its bytes tell. */
export function whyDiffers(first: Buffer, second: Buffer): string | undefined {
  if (first.length > MOST_BYTES || second.length > MOST_BYTES) return undefined;
  if (first.includes(0) || second.includes(0)) return undefined;
  const [one, other] = [first.toString("utf8").split("\n"), second.toString("utf8").split("\n")];
  if (one.toSorted().join("\n") === other.toSorted().join("\n")) return "the same lines in another order";
  const differs = one.findIndex((line, index) => line !== other[index]);
  const at = differs < 0 ? one.length : differs;
  const pair = [one[at] ?? "", other[at] ?? ""];
  if (pair.every((line) => DATE.test(line))) return `line ${at + 1} holds a date or a time`;
  if (pair.every((line) => RANDOM.test(line))) return `line ${at + 1} holds a value that looks random`;
  return `line ${at + 1} is another one`;
}
