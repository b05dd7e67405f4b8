import type { Dockerfile, Heredoc } from "../model/types.ts";
import { edited, type Mended } from "./queries/fixes.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, reachableSteps } from "./queries/steps.ts";
import type { Project, Rule } from "./rule.ts";

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
const withHeredoc = (written: (text: string) => string): Project => {
  const { Dockerfile = "", ...files } = changed([
    "WORKDIR /app\nENV",
    "RUN <<EOF\nset -e\ntrue\nEOF\nWORKDIR /app\nENV",
  ]);
  return { ...files, Dockerfile: written(Dockerfile) };
};

export const heredocWindowsLineEnds: Rule = {
  id: "heredoc-windows-line-ends",
  title: "A heredoc in a Dockerfile with Windows' line ends is given to a shell",
  why: "BuildKit takes the carriage returns off instructions, and leaves them in heredocs: each belongs to the last word of its line. A RUN ends with `set: Illegal option -`, or makes files with such a name; a script that COPY writes ends with `no such file or directory` beside a file that is there.",
  source: "moby/moby #44474; moby/buildkit #4282",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "likely",
  advice: "Save the Dockerfile with LF, and keep it so for every clone: `Dockerfile text eol=lf` in .gitattributes.",
  aliases: [],
  since: "0.1.0",
  fixes: "writes LF in the place of CRLF, in the heredoc.",
  provenBy: ["builds", "becomes-healthy"],
  examples: {
    bad: [withHeredoc(crlf)],
    good: [
      healthy,
      withHeredoc((text) => text),
      // Other instructions are read without them.
      { ...healthy, Dockerfile: crlf(healthy["Dockerfile"] ?? "") },
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      const heredoc = instruction.heredocs.find(
        ({ content }) => content.includes("\r\n") && (instruction.keyword === "RUN" || content.startsWith("#!")),
      );
      if (heredoc === undefined) continue;
      yield {
        message: `The lines of the heredoc ${heredoc.name} end with CRLF, and BuildKit hands them on so.`,
        where: at(dockerfile, instruction),
        ...withLf(dockerfile, heredoc),
      };
    }
  },
};

/** Where tabs are taken off, its text is not the file's. */
function withLf({ path }: Dockerfile, { content, chomp, range: { start } }: Heredoc): Mended {
  if (chomp) return {};
  return edited("Write LF", { file: path, start, end: start + content.length, text: content.replaceAll("\r\n", "\n") });
}
