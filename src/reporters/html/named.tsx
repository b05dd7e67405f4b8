import type { JSX } from "preact";
import type { Report } from "../../model/types.ts";
import { failsRun } from "../view/severity.ts";
import { Prose } from "./parts.tsx";

/** The verdict's sentence, in which each check and requirement that it names is the way to its result. */
export function Named({ sentence, report }: { readonly sentence: string; readonly report: Report }): JSX.Element {
  const ways = waysOf(report);
  // Where two begin alike the longer one is meant.
  const names = [...ways.keys()].toSorted((one, other) => other.length - one.length).map(literally);
  const parts = names.length === 0 ? [sentence] : sentence.split(new RegExp(`(?<=[:;] )(${names.join("|")})(?=[;.])`));
  return <>{parts.map((part, index) => (index % 2 === 0 ? <Prose key={index} text={part} /> : way(part, ways)))}</>;
}

const literally = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);

/** Where each result stands that fails the run, by the name that the sentence gives it. */
const waysOf = ({ after, requirements = [] }: Report): ReadonlyMap<string, string> =>
  new Map([
    ...after.checks.filter(failsRun).map(({ id, title }) => [title, `#check-${id}`] as const),
    ...requirements.filter(failsRun).map(({ id }) => [id, `#requirement-${id}`] as const),
  ]);

const way = (name: string, ways: ReadonlyMap<string, string>): JSX.Element => (
  <a key={name} href={ways.get(name)}>
    <Prose text={name} />
  </a>
);
