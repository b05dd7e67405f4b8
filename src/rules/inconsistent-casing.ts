import type { Dockerfile, Edit, Instruction } from "../model/types.ts";
import { allInstructions } from "../dockerfile/parse.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const inconsistentCasing: Rule = {
  id: "inconsistent-casing",
  title: "Upper and lower case are mixed",
  why: "BuildKit reads any case, and warns in every build: instructions in one case throughout, stage names and protocols in lower case, `AS` like its FROM. Its other warnings are then read by nobody.",
  source: "BuildKit's ConsistentInstructionCasing, FromAsCasing, StageNameCasing and ExposeProtoCasing",
  demand: "todays-syntax",
  severity: "note",
  confidence: "certain",
  advice: "Write instructions and AS in upper case, names of stages and protocols in lower case.",
  aliases: [
    "casing",
    "ConsistentInstructionCasing",
    "FromAsCasing",
    "StageNameCasing",
    "ExposeProtoCasing",
    "uppercase_commands",
    "DF076",
    "DF078",
    "DF079",
    "DF085",
  ],
  since: "0.1.0",
  fixes: "writes the word as the others are written.",
  provenBy: [],
  examples: {
    bad: [
      changed(["EXPOSE 8000", "expose 8000"]),
      changed([`FROM ${slim} AS builder`, `FROM ${slim} as builder`]),
      changed([`FROM ${slim} AS builder`, `FROM ${slim} AS Builder`]),
      changed(["EXPOSE 8000", "EXPOSE 8000/TCP"]),
    ],
    good: [
      healthy,
      // All in lower case is one case, too.
      {
        ...healthy,
        Dockerfile: (healthy["Dockerfile"] ?? "").replaceAll(/^[A-Z]+(?= )|(?<= )AS(?= )/gm, (word) =>
          word.toLowerCase(),
        ),
      },
    ],
  },
  *check({ dockerfile }) {
    const places = oddPlaces(dockerfile);
    // One finding for each word, however often it stands there.
    for (const word of new Set(places.map((place) => place.word))) {
      const same = places.filter((place) => place.word === word);
      const [first] = same;
      if (!first) continue;
      const others = same.length === 1 ? "" : `, here and in ${same.length - 1} more places`;
      yield {
        message: `\`${word}\` would be \`${first.wanted}\`${others}.`,
        where: at(dockerfile, first.instruction, { start: first.at, end: first.at + word.length }),
        fix: {
          title: `Write ${first.wanted}`,
          edits: same.map((place): Edit => ({
            file: dockerfile.path,
            start: place.at,
            end: place.at + word.length,
            text: place.wanted,
          })),
        },
      };
    }
  },
};

function oddPlaces(dockerfile: Dockerfile): ReadonlyArray<Odd & { readonly instruction: Instruction }> {
  const instructions = allInstructions(dockerfile);
  const written = instructions.map((instruction) => wordAt(dockerfile, instruction.range.start));
  const lower = written.filter((word) => word === word.toLowerCase()).length > written.length / 2;
  return instructions.flatMap((instruction, index) => {
    const word = written[index] ?? "";
    const wanted = lower ? word.toLowerCase() : word.toUpperCase();
    const places = [...odd(instruction.range.start, word, wanted), ...wordsOf(dockerfile, instruction, lower)];
    return places.map((place) => ({ ...place, instruction }));
  });
}

const wordAt = ({ text }: Dockerfile, offset: number): string =>
  /^\S+/.exec(text.slice(offset, offset + 40))?.[0] ?? "";

interface Odd {
  readonly at: number;
  readonly word: string;
  readonly wanted: string;
}

/** Of FROM its AS and the stage's name, of EXPOSE the protocols. */
function wordsOf({ text }: Dockerfile, { keyword, range }: Instruction, lower: boolean): readonly Odd[] {
  if (keyword !== "FROM" && keyword !== "EXPOSE") return [];
  const written = text.slice(range.start, range.end);
  if (keyword === "EXPOSE")
    return [...written.matchAll(/(?<=\d\/)[A-Za-z]+/g)].flatMap((match) =>
      odd(range.start + match.index, match[0], match[0].toLowerCase()),
    );
  const match = /\s(as)\s+(\S+)\s*$/di.exec(written);
  const [as, name] = [match?.indices?.[1], match?.indices?.[2]];
  if (!match || !as || !name) return [];
  const [, word = "", stage = ""] = match;
  return [
    ...odd(range.start + as[0], word, lower ? word.toLowerCase() : word.toUpperCase()),
    ...odd(range.start + name[0], stage, stage.toLowerCase()),
  ];
}

const odd = (at_: number, word: string, wanted: string): readonly Odd[] =>
  word === wanted ? [] : [{ at: at_, word, wanted }];
