import { lineAt } from "../kit/lines.ts";
import { allInstructions } from "../dockerfile/parse.ts";
import type { Instruction } from "../model/types.ts";
import { changed, healthy } from "./queries/example.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

/** The release of docker/dockerfile from which a flag is read, by instruction; later ones keep it. */
const SINCE: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  RUN: { mount: [1, 2], network: [1, 3] },
  COPY: { chmod: [1, 2], link: [1, 4], exclude: [1, 19], parents: [1, 20] },
  ADD: { chmod: [1, 2], link: [1, 4], checksum: [1, 6], exclude: [1, 19] },
};
const HEREDOC = [1, 4] as const;

export const syntaxTooOld: Rule = {
  id: "syntax-too-old",
  title: "The named Dockerfile syntax does not know what is used",
  why: "`# syntax=` fixes the release that reads the file, also where the builder itself is newer. A flag that came later stops the build: `unknown flag`. A heredoc that is not known is a command of that name.",
  source: "Docker's reference, the release each flag came with",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "certain",
  advice: "Name a later release, `# syntax=docker/dockerfile:1`, or leave the line out.",
  aliases: ["syntax-directive-absent"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      { ...healthy, Dockerfile: `# syntax=docker/dockerfile:1.1\n${healthy["Dockerfile"] ?? ""}` },
      {
        ...healthy,
        Dockerfile: `# syntax=docker/dockerfile:1.4\n${changed(["COPY app/", "COPY --exclude=*.md app/"])["Dockerfile"] ?? ""}`,
      },
    ],
    good: [
      healthy,
      { ...healthy, Dockerfile: `# syntax=docker/dockerfile:1\n${healthy["Dockerfile"] ?? ""}` },
      { ...healthy, Dockerfile: `# syntax=docker/dockerfile:1.7-labs\n${healthy["Dockerfile"] ?? ""}` },
    ],
  },
  *check({ dockerfile }) {
    const syntax = dockerfile.directives.find(({ name }) => name === "syntax");
    const match = /^(?:docker\.io\/)?docker\/dockerfile:(\d+)\.(\d+)(?:\.\d+)?(?:@|$)/.exec(syntax?.value ?? "");
    if (!match || !syntax) return;
    const has = [Number(match[1]), Number(match[2])] as const;
    for (const instruction of allInstructions(dockerfile))
      for (const [what, [major, minor]] of needs(instruction)) {
        if (has[0] > major || (has[0] === major && has[1] >= minor)) continue;
        yield {
          message: `${what} needs docker/dockerfile ${major}.${minor}, and the file asks for ${has.join(".")}.`,
          where: at(dockerfile, instruction),
          related: [
            {
              file: dockerfile.path,
              line: lineAt(dockerfile.text, syntax.range.start),
              message: "the syntax that is named",
            },
          ],
        };
      }
  },
};

function needs({ keyword, flags, heredocs }: Instruction): ReadonlyArray<readonly [string, readonly [number, number]]> {
  const known = SINCE[keyword];
  const byFlag = [...new Set(flags.map(({ name }) => name))].flatMap((name) => {
    const since = known !== undefined && Object.hasOwn(known, name) ? known[name] : undefined;
    return since === undefined ? [] : [[`${keyword} --${name}`, since] as const];
  });
  return heredocs.length > 0 ? [...byFlag, ["A heredoc", HEREDOC]] : byFlag;
}
